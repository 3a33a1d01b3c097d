{{ by_day(
    "order_date",
    cluster_by=["store_id", "category"],
    replaced="{{ dates_of(days_touched() + days_recategorised()) }}",
) }}
{%- set days = days_touched() + days_recategorised() %}

with

order_lines as (

    select
        *,
        {{ to_reporting_hour("ordered_at") }} as order_hour
    from {{ ref('fct_order_lines') }}
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

lines_added_up as (

    select
        order_lines.order_date,
        order_lines.order_hour,
        order_lines.store_id,
        products.category,
        count(*) as order_line_count,
        sum(order_lines.unit_count) as unit_count,
        sum(
            case when order_lines.line_type = 'return' then -order_lines.unit_count else 0 end
        ) as returned_unit_count,
        sum(order_lines.gross_sales_amount) as gross_sales_amount,
        sum(order_lines.loyalty_discount_amount) as loyalty_discount_amount,
        sum(order_lines.coupon_match_discount_amount) as coupon_match_discount_amount,
        sum(order_lines.net_sales_amount) as net_sales_amount,
        sum(
            case when order_lines.line_type = 'return' then -order_lines.net_sales_amount else 0 end
        ) as returned_net_sales_amount,
        sum(order_lines.manufacturer_coupon_amount) as manufacturer_coupon_amount,
        sum(order_lines.shopper_paid_amount) as shopper_paid_amount,
        min(order_lines.currency_code) as currency_code
    from order_lines
    inner join products
        on order_lines.product_id = products.product_id
    group by
        order_lines.order_date, order_lines.order_hour, order_lines.store_id, products.category

),

fct_sales_hourly as (

    select
        order_date,
        cast(order_hour as {{ dbt.type_int() }}) as order_hour,
        store_id,
        category,
        cast(order_line_count as {{ dbt.type_bigint() }}) as order_line_count,
        cast(unit_count as {{ dbt.type_bigint() }}) as unit_count,
        cast(returned_unit_count as {{ dbt.type_bigint() }}) as returned_unit_count,
        cast(gross_sales_amount as {{ dbt.type_numeric() }}) as gross_sales_amount,
        cast(loyalty_discount_amount as {{ dbt.type_numeric() }}) as loyalty_discount_amount,
        cast(coupon_match_discount_amount as {{ dbt.type_numeric() }})
            as coupon_match_discount_amount,
        cast(net_sales_amount as {{ dbt.type_numeric() }}) as net_sales_amount,
        cast(returned_net_sales_amount as {{ dbt.type_numeric() }}) as returned_net_sales_amount,
        cast(manufacturer_coupon_amount as {{ dbt.type_numeric() }}) as manufacturer_coupon_amount,
        cast(shopper_paid_amount as {{ dbt.type_numeric() }}) as shopper_paid_amount,
        currency_code
    from lines_added_up

)

select * from fct_sales_hourly
