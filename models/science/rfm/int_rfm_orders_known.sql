-- A purchase is an order with a sale. What was brought back lowers the money, also where the sale
-- lay in another order; orders of mere adjustments were neither bought nor brought back.
with

orders as (

    select * from {{ ref('int_orders_known') }}
    where
        customer_id != 'unknown'
        and (has_sale or has_return)

),

int_rfm_orders_known as (

    select
        customer_id,
        known_from_date,
        known_to_date,
        case when has_sale then order_date end as purchase_date,
        net_sales_amount
    from orders

)

select * from int_rfm_orders_known
