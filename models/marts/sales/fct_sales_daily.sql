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

lines_added_up as (

    select
        order_date,
        store_id,
        sku,
        product_id,
        count(*) as order_line_count,
        sum(unit_count) as unit_count,
        sum(case when line_type = 'return' then -unit_count else 0 end) as returned_unit_count,
        sum(gross_sales_amount) as gross_sales_amount,
        sum(loyalty_discount_amount) as loyalty_discount_amount,
        sum(coupon_match_discount_amount) as coupon_match_discount_amount,
        sum(net_sales_amount) as net_sales_amount,
        sum(case when line_type = 'return' then -net_sales_amount else 0 end)
            as returned_net_sales_amount,
        sum(manufacturer_coupon_amount) as manufacturer_coupon_amount,
        sum(shopper_paid_amount) as shopper_paid_amount,
        min(currency_code) as currency_code
    from order_lines
    group by order_date, store_id, sku, product_id

),

fct_sales_daily as (

    select
        order_date,
        store_id,
        sku,
        product_id,
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

select * from fct_sales_daily
