with

coupon_redemptions as (

    select * from {{ source('complete_journey', 'coupon_redemptions') }}

),

stg_complete_journey__coupon_redemptions as (

    select
        cast(household_id as {{ dbt.type_string() }}) as household_id,
        cast(coupon_upc as {{ dbt.type_string() }}) as coupon_upc,
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        redemption_date,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from coupon_redemptions

)

select * from stg_complete_journey__coupon_redemptions
