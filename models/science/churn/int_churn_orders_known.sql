-- Where an order was placed is as now known, as is who placed it.
with

orders_known as (

    select * from {{ ref('int_orders_known') }}
    where customer_id != 'unknown' and (has_sale or has_return)

),

orders as (

    select
        order_id,
        channel
    from {{ ref('fct_orders') }}

),

int_churn_orders_known as (

    select
        orders_known.*,
        coalesce(orders.channel in ('web', 'app'), false) as is_online
    from orders_known
    left join orders
        on orders_known.order_id = orders.order_id

)

select * from int_churn_orders_known
