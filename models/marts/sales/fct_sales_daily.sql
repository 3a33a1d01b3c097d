{{ by_day(
    "order_date",
    cluster_by=["store_id", "product_id"],
    replaced="{{ dates_of(days_touched()) }}",
) }}
{%- set days = days_touched() %}

with

order_lines as (

    select * from {{ ref('fct_order_lines') }}
    {% if is_incremental() -%}
    where {{ in_days("order_date", days) }}
    {%- endif %}

),

-- A version that changed during the day: the later one, for the day's close.
fct_sales_daily as (

    select
        order_date,
        trading_date,
        store_id,
        channel,
        sku,
        product_id,
        max(product_version_id) as product_version_id,
        {{ sales_added_up() }}
    from order_lines
    group by order_date, trading_date, store_id, channel, sku, product_id

)

select * from fct_sales_daily
