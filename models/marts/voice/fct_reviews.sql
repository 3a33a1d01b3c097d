{{ by_day("review_date", cluster_by=["product_id", "customer_id"]) }}

with

reviews as (

    select * from {{ ref('stg_voice__reviews') }}

),

products as (

    select product_id from {{ ref('dim_products') }}

),

fct_reviews as (

    select
        reviews.review_id,
        coalesce(reviews.customer_id, 'unknown') as customer_id,
        reviews.order_id,
        coalesce(products.product_id, 'unknown') as product_id,
        reviews.sku,
        reviews.rating,
        reviews.language_code,
        reviews.is_verified,
        reviews.reviewed_at,
        {{ to_reporting_date('reviews.reviewed_at') }} as review_date
    from reviews
    left join products
        on reviews.sku = products.product_id

)

select * from fct_reviews
