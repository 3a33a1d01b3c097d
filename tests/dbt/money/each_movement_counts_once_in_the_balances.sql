-- An authorisation and its capture, or the parts of a split payment, would show here at once.
{%- set movements = {
    "fct_payments": ["order_reserved_amount", "order_captured_amount", "capture_count"],
    "fct_refunds": ["order_refunded_amount"],
    "fct_chargebacks": ["order_disputed_amount", "order_charged_back_amount"],
} %}

with

{% for fact in movements -%}
{{ fact }} as (

    select * from {{ ref(fact) }}

),

{% endfor -%}
fct_order_balances as (

    select * from {{ ref('fct_order_balances') }}

),

both_sides as (

    {% for fact, measures in movements.items() -%}
    {% set outer_loop = loop -%}
    {% for measure in measures -%}
    select
        '{{ measure }}' as measure,
        order_currency_code,
        {{ measure }} as difference
    from {{ fact }}
    union all
    select
        '{{ measure }}' as measure,
        order_currency_code,
        -{{ measure }} as difference
    from fct_order_balances
    {% if not (loop.last and outer_loop.last) -%}
    union all
    {% endif -%}
    {% endfor -%}
    {% endfor %}

),

each_movement_counts_once_in_the_balances as (

    select
        measure,
        order_currency_code
    from both_sides
    group by measure, order_currency_code
    having sum(difference) != 0

)

select * from each_movement_counts_once_in_the_balances
