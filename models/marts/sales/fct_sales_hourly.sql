{{ by_day(
    "order_date",
    cluster_by=["store_id", "category"],
    replaced="{{ dates_of(days_touched() + days_recategorised()) }}",
) }}
{%- set days = days_touched() + days_recategorised() %}
{%- set amounts = [
    "gross_sales_amount",
    "promotion_discount_amount",
    "loyalty_discount_amount",
    "offer_discount_amount",
    "coupon_match_discount_amount",
    "included_tax_amount",
    "net_sales_amount",
    "tax_amount",
    "deposit_amount",
    "manufacturer_coupon_amount",
    "shopper_paid_amount",
    "constant_net_sales_amount",
] %}

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

lines_added_up as (

    select
        order_date,
        trading_date,
        trading_hour,
        store_id,
        channel,
        category,
        count(*) as order_line_count,
        sum(unit_count) as unit_count,
        sum(case when line_type = 'return' then -unit_count else 0 end) as returned_unit_count,
        {%- for amount in amounts %}
        sum({{ amount }}) as {{ amount }},
        {%- endfor %}
        sum(case when line_type = 'return' then -net_sales_amount else 0 end)
            as returned_net_sales_amount,
        min(currency_code) as currency_code
    from order_lines_joined_to_products
    group by order_date, trading_date, trading_hour, store_id, channel, category

),

fct_sales_hourly as (

    select
        order_date,
        trading_date,
        trading_hour,
        store_id,
        channel,
        category,
        cast(order_line_count as {{ dbt.type_bigint() }}) as order_line_count,
        cast(unit_count as {{ dbt.type_bigint() }}) as unit_count,
        cast(returned_unit_count as {{ dbt.type_bigint() }}) as returned_unit_count,
        {%- for amount in amounts + ["returned_net_sales_amount"] %}
        cast({{ amount }} as {{ dbt.type_numeric() }}) as {{ amount }},
        {%- endfor %}
        currency_code
    from lines_added_up

)

select * from fct_sales_hourly
