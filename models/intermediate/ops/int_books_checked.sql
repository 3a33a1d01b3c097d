-- Each movement is in its fact by payment, refund or chargeback, and in the balances by order: a
-- movement that counted twice or not at all would show as a difference.
{%- set movements = [
    ("commerce", "payments", "fct_payments", "order_captured_amount"),
    ("commerce", "refunds", "fct_refunds", "order_refunded_amount"),
    ("after_sale", "chargebacks", "fct_chargebacks", "order_charged_back_amount"),
] %}

with

order_balances as (

    select * from {{ ref('fct_order_balances') }}

),

{% for source_name, feed_name, fact, amount in movements -%}
{{ feed_name }}_by_currency as (

    select
        order_currency_code,
        sum({{ amount }}) as amount
    from {{ ref(fact) }}
    group by order_currency_code
    union all
    select
        order_currency_code,
        -sum({{ amount }}) as amount
    from order_balances
    group by order_currency_code

),

{{ feed_name }}_differing as (

    select
        order_currency_code,
        abs(sum(amount)) as difference
    from {{ feed_name }}_by_currency
    group by order_currency_code

),

{% endfor -%}
books_added_up as (

    select
        'commerce' as source_name,
        'orders' as feed_name,
        sum(abs(order_unexplained_amount)) as unbalanced_amount,
        sum(case when has_open_balance then 1 else 0 end) as open_order_count
    from order_balances
    {% for source_name, feed_name, fact, amount in movements -%}
    union all
    select
        '{{ source_name }}' as source_name,
        '{{ feed_name }}' as feed_name,
        sum(difference) as unbalanced_amount,
        0 as open_order_count
    from {{ feed_name }}_differing
    {% endfor %}

),

int_books_checked as (

    select
        source_name,
        feed_name,
        cast(coalesce(unbalanced_amount, 0) as {{ dbt.type_numeric() }}) as unbalanced_amount,
        cast(coalesce(open_order_count, 0) as {{ dbt.type_bigint() }}) as open_order_count
    from books_added_up

)

select * from int_books_checked
