-- What an order got back in exchange is what the order of the new goods is paid with.
with

refunds as (

    select
        exchange_order_id as order_id,
        order_currency_code,
        order_refunded_amount as difference
    from {{ ref('fct_refunds') }}
    where refund_method = 'exchange'

),

payments as (

    select
        order_id,
        order_currency_code,
        -order_captured_amount as difference
    from {{ ref('fct_payments') }}
    where payment_method = 'exchange'

),

both_sides as (

    select * from refunds
    union all
    select * from payments

),

an_exchange_is_credited_once as (

    select order_id
    from both_sides
    group by order_id, order_currency_code
    having sum(difference) != 0

)

select * from an_exchange_is_credited_once
