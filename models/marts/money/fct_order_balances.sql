-- Every feed is added up to the order before anything meets, so nothing counts twice: an
-- authorisation and its capture, or the parts of a split payment, are rows of one sum.
{%- set feeds = ["orders", "order_lines", "payments", "refunds", "chargebacks", "fx_rates"] %}
{{ by_day(
    "order_date",
    cluster_by=["has_open_balance", "store_id"],
    replaced="{{ dates_of(days_touched(ref('int_order_days_touched'), feeds=" ~ feeds ~ ")) }}",
) }}
{%- set days = days_touched(ref("int_order_days_touched"), feeds=feeds) %}
{%- set parts = {
    "orders": [
        "order_line_count",
        "order_lines_amount",
        "order_shipping_amount",
        "order_tax_on_top_amount",
        "order_rounding_amount",
        "order_total_amount",
        "order_unexplained_amount",
    ],
    "payments": [
        "capture_count", "order_reserved_amount", "order_captured_amount", "captured_amount"
    ],
    "refunds": ["order_refunded_amount", "refunded_amount"],
    "chargebacks": [
        "order_disputed_amount", "order_charged_back_amount", "charged_back_amount"
    ],
} %}
{%- set measures = parts.values() | sum(start=[]) %}

with

{% for feed, relation in {
    "orders": ref("int_orders_totalled"),
    "payments": ref("fct_payments"),
    "refunds": ref("fct_refunds"),
    "chargebacks": ref("fct_chargebacks"),
}.items() -%}
{{ feed }} as (

    select * from {{ relation }}
    {% if is_incremental() -%}
    where {{ in_days("order_date", days) }}
    {%- endif %}

),

{% endfor -%}
parts_added_up as (

    {% for feed, part in parts.items() -%}
    select
        order_id,
        order_currency_code,
        {{ "max(order_status)" if feed == "orders" else "null" }} as order_status,
        {{ "max(store_id)" if feed == "orders" else "null" }} as store_id,
        {%- for measure in measures %}
        {{ "sum(" ~ measure ~ ")" if measure in part else "0" }} as {{ measure }},
        {%- endfor %}
        max(exchange_rate) as exchange_rate,
        min(order_date) as order_date
    from {{ feed }}
    group by order_id, order_currency_code
    {{ "union all" if not loop.last }}
    {% endfor %}

),

parts_put_together as (

    select
        order_id,
        order_currency_code,
        coalesce(max(order_status), 'unknown') as order_status,
        coalesce(max(store_id), 'unknown') as store_id,
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        max(exchange_rate) as exchange_rate,
        min(order_date) as order_date
    from parts_added_up
    group by order_id, order_currency_code

),

-- A refund lowers what is owed by what it pays back; of a cancelled order nothing is owed.
orders_balanced as (

    select
        *,
        order_captured_amount - order_refunded_amount - order_charged_back_amount
            as order_paid_amount,
        captured_amount - refunded_amount - charged_back_amount as paid_amount,
        case
            when order_status = 'completed' then order_total_amount - order_refunded_amount
            else 0
        end as order_owed_amount
    from parts_put_together

),

fct_order_balances as (

    select
        order_id,
        order_currency_code,
        order_date,
        store_id,
        order_status,
        cast(order_line_count as {{ dbt.type_bigint() }}) as order_line_count,
        cast(capture_count as {{ dbt.type_bigint() }}) as capture_count,
        {%- for amount in [
            "lines",
            "shipping",
            "tax_on_top",
            "rounding",
            "total",
            "unexplained",
            "reserved",
            "captured",
            "refunded",
            "disputed",
            "charged_back",
            "paid",
            "owed",
        ] %}
        cast(order_{{ amount }}_amount as {{ dbt.type_numeric() }}) as order_{{ amount }}_amount,
        {%- endfor %}
        cast(order_owed_amount - order_paid_amount as {{ dbt.type_numeric() }})
            as order_open_amount,
        order_owed_amount != order_paid_amount as has_open_balance,
        exchange_rate,
        {%- for amount in ["captured", "refunded", "charged_back", "paid"] %}
        cast(
            case when exchange_rate is not null then {{ amount }}_amount end
            as {{ dbt.type_numeric() }}
        ) as {{ amount }}_amount,
        {%- endfor %}
        {{ in_reporting_currency(
            "(order_owed_amount - order_paid_amount)", "order_currency_code", "exchange_rate"
        ) }} as open_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code
    from orders_balanced

)

select * from fct_order_balances
