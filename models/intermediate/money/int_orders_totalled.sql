-- Kept by day, so that a payment or refund weeks later does not have the lines added up anew.
{%- set feeds = ["orders", "order_lines", "fx_rates"] %}
{{ by_day(
    "order_date",
    cluster_by=["order_id"],
    replaced="{{ dates_of(days_touched(ref('int_order_days_touched'), feeds=" ~ feeds ~ ")) }}",
) }}
{%- set days = days_touched(ref("int_order_days_touched"), feeds=feeds) %}

with

{% for feed in ["orders", "order_lines"] -%}
{{ feed }} as (

    select * from {{ ref("stg_commerce__" ~ feed) }}
    where
        not is_deleted
        {% if is_incremental() -%}
        and {{ in_days("ordered_at", days, before=1, after=1, kind="timestamp") }}
        {%- endif %}

),

{% endfor -%}
exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

lines_added_up as (

    select
        order_id,
        currency_code,
        ordered_at,
        count(*) as order_line_count,
        sum(net_amount) as lines_amount
    from order_lines
    group by order_id, currency_code, ordered_at

),

-- From both sides: lines can come before their order, and an order before its lines.
orders_joined_to_lines as (

    select
        coalesce(orders.order_id, lines_added_up.order_id) as order_id,
        coalesce(orders.currency_code, lines_added_up.currency_code) as order_currency_code,
        coalesce(orders.ordered_at, lines_added_up.ordered_at) as ordered_at,
        coalesce(orders.status, 'unknown') as order_status,
        orders.store_id,
        coalesce(lines_added_up.order_line_count, 0) as order_line_count,
        coalesce(lines_added_up.lines_amount, 0) as order_lines_amount,
        coalesce(orders.shipping_amount, 0) as order_shipping_amount,
        case when orders.is_tax_included then 0 else coalesce(orders.tax_amount, 0) end
            as order_tax_on_top_amount,
        coalesce(orders.rounding_amount, 0) as order_rounding_amount,
        coalesce(orders.total_amount, 0) as order_total_amount
    from orders
    full outer join lines_added_up
        on orders.order_id = lines_added_up.order_id
        and orders.currency_code = lines_added_up.currency_code
        and orders.ordered_at = lines_added_up.ordered_at

),

-- The date is told of orders only: of each line it would take longer than all else.
orders_dated as (

    select
        *,
        {{ to_reporting_date('ordered_at') }} as order_date
    from orders_joined_to_lines

),

orders_joined_to_rates as (

    select
        orders_dated.*,
        case
            when orders_dated.order_currency_code = '{{ currency_code() }}' then 1
            else exchange_rates.exchange_rate
        end as exchange_rate
    from orders_dated
    left join exchange_rates
        on orders_dated.order_date = exchange_rates.rate_date
        and orders_dated.order_currency_code = exchange_rates.currency_code
    {% if is_incremental() -%}
    where {{ in_days("orders_dated.order_date", days) }}
    {%- endif %}

),

int_orders_totalled as (

    select
        order_id,
        order_currency_code,
        order_date,
        order_status,
        store_id,
        cast(order_line_count as {{ dbt.type_bigint() }}) as order_line_count,
        cast(order_lines_amount as {{ dbt.type_numeric() }}) as order_lines_amount,
        order_shipping_amount,
        cast(order_tax_on_top_amount as {{ dbt.type_numeric() }}) as order_tax_on_top_amount,
        order_rounding_amount,
        order_total_amount,
        cast(
            case
                when order_status = 'unknown' then 0
                else
                    order_total_amount - order_lines_amount - order_shipping_amount
                    - order_tax_on_top_amount - order_rounding_amount
            end as {{ dbt.type_numeric() }}
        ) as order_unexplained_amount,
        cast(exchange_rate as {{ dbt.type_numeric() }}) as exchange_rate
    from orders_joined_to_rates

)

select * from int_orders_totalled
