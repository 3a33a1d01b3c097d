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
        orders_known.order_id,
        orders_known.customer_id,
        orders_known.order_date,
        orders_known.known_from_date,
        orders_known.known_to_date,
        orders_known.has_sale,
        orders_known.has_return,
        orders_known.net_sales_amount,
        coalesce(orders.channel in ('web', 'app'), false) as is_online
    from orders_known
    left join orders
        on orders_known.order_id = orders.order_id

)

select * from int_churn_orders_known
