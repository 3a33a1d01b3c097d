with

offer_redemptions as (

    select * from {{ source('marketing', 'offer_redemptions') }}

),

stg_marketing__offer_redemptions as (

    select
        cast(redemption_id as {{ dbt.type_string() }}) as redemption_id,
        redeemed_at,
        updated_at,
        offer_id,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        cast(discount_amount as {{ dbt.type_numeric() }}) as discount_amount,
        currency_code
    from offer_redemptions

)

select * from stg_marketing__offer_redemptions
