{{ by_day(
    "order_date",
    cluster_by=["store_id", "category"],
    replaced="{{ dates_of(days_touched() + days_recategorised()) }}",
) }}
{%- set days = days_touched() + days_recategorised() %}

with

order_lines as (

    select * from {{ ref('fct_order_lines') }}
    {% if is_incremental() -%}
    where {{ in_days("order_date", days) }}
    {%- endif %}

),

products as (

    select
        product_id,
        category
    from {{ ref('dim_products') }}

),

order_lines_joined_to_products as (

    select
        order_lines.*,
        products.category
    from order_lines
    inner join products
        on order_lines.product_id = products.product_id

),

fct_sales_hourly as (

    select
        order_date,
        trading_date,
        trading_hour,
        store_id,
        channel,
        category,
        {{ sales_added_up() }}
    from order_lines_joined_to_products
    group by order_date, trading_date, trading_hour, store_id, channel, category

)

select * from fct_sales_hourly
