with

coupons as (

    select * from {{ ref('stg_complete_journey__coupons') }}

),

products as (

    select * from {{ ref('dim_products') }}

),

fct_coupon_products as (

    select
        coupons.campaign_id,
        coupons.coupon_upc,
        coalesce(products.product_id, 'unknown') as product_id,
        coupons.product_id as sku
    from coupons
    left join products
        on coupons.product_id = products.product_id

)

select * from fct_coupon_products
