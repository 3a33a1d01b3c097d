-- A line that nobody revised was known on its day; of the others each version as long as it was the
-- known one. Of the published data sets the lines that count now stand for what was known, of each
-- order as soon as it was. What nobody described is of the category unknown.
with

lines_revised as (

    select * from {{ ref('int_commerce_lines_revised') }}

),

ids_revised as (

    select distinct order_line_id from lines_revised

),

lines as (

    select
        *,
        promotion_discount_amount
        + loyalty_discount_amount
        + offer_discount_amount
        + coupon_match_discount_amount > 0 as is_discounted
    from {{ ref('fct_order_lines') }}
    where customer_id != 'unknown'

),

products as (

    select * from {{ ref('dim_products') }}

),

versions as (

    select
        lines.customer_id,
        lines.store_id,
        lines.order_date,
        lines.sku,
        lines.is_discounted,
        lines.order_date as known_from_date,
        cast(null as date) as known_to_date
    from lines
    left join ids_revised
        on lines.order_line_id = ids_revised.order_line_id
    where
        ids_revised.order_line_id is null
        and lines.line_type = 'sale'
    union all
    select
        lines.customer_id,
        lines.store_id,
        lines_revised.order_date,
        lines_revised.sku,
        lines_revised.is_discounted,
        lines_revised.known_from_date,
        lines_revised.known_to_date
    from lines_revised
    inner join lines
        on lines_revised.order_line_id = lines.order_line_id
    where lines_revised.line_type = 'sale' and not lines_revised.is_void

),

int_churn_lines_known as (

    select
        versions.customer_id,
        versions.store_id,
        versions.order_date,
        versions.sku,
        versions.is_discounted,
        versions.known_from_date,
        versions.known_to_date,
        coalesce(products.category, 'unknown') as category
    from versions
    left join products
        on versions.sku = products.product_id
    where coalesce(products.product_kind, 'goods') not in ('gift_card', 'deposit')

)

select * from int_churn_lines_known
