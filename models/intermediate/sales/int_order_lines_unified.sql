-- What only the feeds of a shop of our own tell is empty for the published data sets.
{%- set shared = [
    "feed_name",
    "order_line_id",
    "order_id",
    "customer_id",
    "store_id",
    "channel",
    "sku",
    "line_type",
    "ordered_at",
    "order_date",
    "unit_count",
    "gross_sales_amount",
    "loyalty_discount_amount",
    "net_sales_amount",
    "shopper_paid_amount",
] %}
{%- set told = {
    "product_version_id": dbt.type_string(),
    "sale_order_id": dbt.type_string(),
    "sale_order_line_id": dbt.type_string(),
    "sold_at": dbt.type_timestamp(),
    "offer_id": dbt.type_string(),
} %}
{%- set parts = [
    "promotion_discount_amount",
    "offer_discount_amount",
    "included_tax_amount",
    "tax_amount",
    "deposit_amount",
] %}

with

dataset_lines as (

    select * from {{ ref('int_dataset_lines_unified') }}

),

commerce_lines as (

    select * from {{ ref('int_commerce_lines_converted') }}

),

int_order_lines_unified as (

    select
        source_name,
        raw_event_time,
        {%- for column in shared %}
        {{ column }},
        {%- endfor %}
        coupon_match_discount_amount,
        manufacturer_coupon_amount,
        {%- for column, type in told.items() %}
        cast(null as {{ type }}) as {{ column }},
        {%- endfor %}
        {%- for part in parts %}
        cast(0 as {{ dbt.type_numeric() }}) as {{ part }},
        {%- endfor %}
        net_sales_amount as constant_net_sales_amount,
        net_sales_amount as delivered_amount,
        '{{ currency_code() }}' as order_currency_code,
        cast(1 as {{ dbt.type_numeric() }}) as exchange_rate
    from dataset_lines
    union all
    select
        'commerce' as source_name,
        ordered_at as raw_event_time,
        {%- for column in shared %}
        {{ column }},
        {%- endfor %}
        cast(0 as {{ dbt.type_numeric() }}) as coupon_match_discount_amount,
        cast(0 as {{ dbt.type_numeric() }}) as manufacturer_coupon_amount,
        {%- for column in told %}
        {{ column }},
        {%- endfor %}
        {%- for part in parts %}
        {{ part }},
        {%- endfor %}
        constant_net_sales_amount,
        delivered_amount,
        order_currency_code,
        exchange_rate
    from commerce_lines

)

select * from int_order_lines_unified
