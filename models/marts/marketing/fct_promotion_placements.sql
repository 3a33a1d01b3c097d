-- 20.9 million rows on Complete Journey, so the row is its own key: ids are the shop's, as text as
-- in every dimension (a join then needs no cast), the names of the codes stay in their seeds, and
-- the delivered SKU is kept only where no product is known for it.
{{ by_day("week_start_date", cluster_by=["store_id", "product_id"]) }}

with

promotions as (

    select * from {{ ref('stg_complete_journey__promotions') }}

),

shop_weeks as (

    select * from {{ ref('int_shop_weeks_dated') }}
    where source_name = 'complete_journey'

),

products as (

    select product_id from {{ ref('dim_products') }}

),

fct_promotion_placements as (

    select
        coalesce(products.product_id, 'unknown') as product_id,
        case when products.product_id is null then promotions.product_id end as unlisted_sku,
        promotions.store_id,
        cast(promotions.week_number as {{ dbt.type_int() }}) as week_number,
        shop_weeks.week_start_date,
        shop_weeks.week_end_date,
        promotions.display_location as display_location_code,
        promotions.mailer_location as mailer_location_code
    from promotions
    left join products
        on promotions.product_id = products.product_id
    left join shop_weeks
        on promotions.week_number = shop_weeks.week_number

)

select * from fct_promotion_placements
