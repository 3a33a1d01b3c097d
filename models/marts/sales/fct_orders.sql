-- An order can run over midnight, `longest_order_days` at most. So a change on a touched day can
-- have moved the first day of an order that far either way, and the lines of an order that begins
-- on one of these days reach as far again.
{{ by_day(
    "order_date",
    cluster_by=["store_id", "customer_id"],
    replaced="{{ dates_of(days_touched(), longest_order_days(), longest_order_days()) }}",
) }}
{%- set days = days_touched() %}
{%- set longest = longest_order_days() %}

with

order_lines as (

    select * from {{ ref('fct_order_lines') }}
    {% if is_incremental() -%}
    where {{ in_days("order_date", days, 2 * longest, 2 * longest) }}
    {%- endif %}

),

lines_added_up as (

    select
        order_id,
        min(customer_id) as customer_id,
        min(store_id) as store_id,
        min(ordered_at) as ordered_at,
        min(order_date) as order_date,
        max(order_date) as last_order_date,
        count(*) as order_line_count,
        sum(case when line_type = 'sale' then 1 else 0 end) as sale_line_count,
        sum(case when line_type = 'return' then 1 else 0 end) as return_line_count,
        sum(case when line_type = 'adjustment' then 1 else 0 end) as adjustment_line_count,
        count(distinct sku) as sku_count,
        sum(unit_count) as unit_count,
        sum(gross_sales_amount) as gross_sales_amount,
        sum(loyalty_discount_amount) as loyalty_discount_amount,
        sum(coupon_match_discount_amount) as coupon_match_discount_amount,
        sum(net_sales_amount) as net_sales_amount,
        sum(manufacturer_coupon_amount) as manufacturer_coupon_amount,
        sum(shopper_paid_amount) as shopper_paid_amount,
        min(currency_code) as currency_code
    from order_lines
    group by order_id

),

fct_orders as (

    select
        order_id,
        customer_id,
        store_id,
        ordered_at,
        order_date,
        last_order_date,
        cast(order_line_count as {{ dbt.type_bigint() }}) as order_line_count,
        cast(sale_line_count as {{ dbt.type_bigint() }}) as sale_line_count,
        cast(return_line_count as {{ dbt.type_bigint() }}) as return_line_count,
        cast(adjustment_line_count as {{ dbt.type_bigint() }}) as adjustment_line_count,
        sale_line_count > 0 as has_sale,
        return_line_count > 0 as has_return,
        return_line_count = order_line_count as is_return,
        cast(sku_count as {{ dbt.type_bigint() }}) as sku_count,
        cast(unit_count as {{ dbt.type_bigint() }}) as unit_count,
        cast(gross_sales_amount as {{ dbt.type_numeric() }}) as gross_sales_amount,
        cast(loyalty_discount_amount as {{ dbt.type_numeric() }}) as loyalty_discount_amount,
        cast(coupon_match_discount_amount as {{ dbt.type_numeric() }})
            as coupon_match_discount_amount,
        cast(net_sales_amount as {{ dbt.type_numeric() }}) as net_sales_amount,
        cast(manufacturer_coupon_amount as {{ dbt.type_numeric() }}) as manufacturer_coupon_amount,
        cast(shopper_paid_amount as {{ dbt.type_numeric() }}) as shopper_paid_amount,
        currency_code
    from lines_added_up
    {% if is_incremental() -%}
    where {{ in_days("order_date", days, longest, longest) }}
    {%- endif %}

)

select * from fct_orders
