{{ by_day(
    "order_date",
    cluster_by=["store_id", "product_id", "customer_id"],
    replaced="{{ dates_of(days_touched()) }}",
) }}
{%- set days = days_touched() %}

with

order_lines as (

    select * from {{ ref('int_order_lines_unified') }}
    {% if is_incremental() -%}
    where
        {{ in_days("order_date", days) }}
        and {{ in_days("raw_event_time", days, before=1, after=1, kind="timestamp") }}
    {%- endif %}

),

products as (

    select product_id from {{ ref('dim_products') }}

),

order_lines_joined_to_products as (

    select
        order_lines.*,
        coalesce(products.product_id, 'unknown') as product_id
    from order_lines
    left join products
        on order_lines.sku = products.product_id

),

fct_order_lines as (

    select
        cast(order_line_id as {{ dbt.type_string() }}) as order_line_id,
        cast(source_name as {{ dbt.type_string() }}) as source_name,
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        cast(store_id as {{ dbt.type_string() }}) as store_id,
        cast(product_id as {{ dbt.type_string() }}) as product_id,
        cast(sku as {{ dbt.type_string() }}) as sku,
        cast(line_type as {{ dbt.type_string() }}) as line_type,
        cast(ordered_at as {{ dbt.type_timestamp() }}) as ordered_at,
        cast(order_date as date) as order_date,
        cast(unit_count as {{ dbt.type_bigint() }}) as unit_count,
        cast(gross_sales_amount as {{ dbt.type_numeric() }}) as gross_sales_amount,
        cast(loyalty_discount_amount as {{ dbt.type_numeric() }}) as loyalty_discount_amount,
        cast(coupon_match_discount_amount as {{ dbt.type_numeric() }})
            as coupon_match_discount_amount,
        cast(net_sales_amount as {{ dbt.type_numeric() }}) as net_sales_amount,
        cast(manufacturer_coupon_amount as {{ dbt.type_numeric() }}) as manufacturer_coupon_amount,
        cast(shopper_paid_amount as {{ dbt.type_numeric() }}) as shopper_paid_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from order_lines_joined_to_products

)

select * from fct_order_lines
