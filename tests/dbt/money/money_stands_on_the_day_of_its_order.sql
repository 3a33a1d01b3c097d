-- What the incremental builds of the books rely on: each row knows the time of its order.
{%- set facts = ["fct_payments", "fct_refunds", "fct_chargebacks", "fct_shipments"] %}

with

orders as (

    select * from {{ ref('int_orders_totalled') }}

),

{% for fact in facts -%}
{{ fact }} as (

    select
        '{{ fact }}' as fact_name,
        order_id,
        order_date
    from {{ ref(fact) }}

),

{% endfor -%}
days_of_facts as (

    {% for fact in facts -%}
    select * from {{ fact }}
    {{ "union all" if not loop.last }}
    {% endfor %}

),

money_stands_on_the_day_of_its_order as (

    select
        days_of_facts.fact_name,
        days_of_facts.order_id
    from days_of_facts
    inner join orders
        on days_of_facts.order_id = orders.order_id
    where days_of_facts.order_date != orders.order_date

)

select * from money_stands_on_the_day_of_its_order
