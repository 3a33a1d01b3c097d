with

coupons as (

    select * from {{ source('complete_journey', 'coupons') }}

),

stg_complete_journey__coupons as (

    select
        cast(coupon_upc as {{ dbt.type_string() }}) as coupon_upc,
        cast(product_id as {{ dbt.type_string() }}) as product_id,
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from coupons

)

select * from stg_complete_journey__coupons
