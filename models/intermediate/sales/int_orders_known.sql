with

orders as (

    select * from {{ ref('fct_orders') }}

),

orders_revised as (

    select * from {{ ref('int_orders_revised') }}

),

ids_revised as (

    select distinct order_id from orders_revised

),

int_orders_known as (

    select
        orders.order_id,
        orders.customer_id,
        orders.order_date,
        orders.order_date as known_from_date,
        cast(null as date) as known_to_date,
        orders.has_sale,
        orders.has_return,
        orders.net_sales_amount
    from orders
    left join ids_revised
        on orders.order_id = ids_revised.order_id
    where ids_revised.order_id is null
    union all
    select
        order_id,
        customer_id,
        order_date,
        known_from_date,
        known_to_date,
        has_sale,
        has_return,
        net_sales_amount
    from orders_revised

)

select * from int_orders_known
