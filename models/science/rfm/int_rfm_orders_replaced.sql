-- A version that was replaced counts at the few month ends between.
with

month_ends as (

    select * from {{ ref('int_rfm_month_ends_chosen') }}

),

orders as (

    select * from {{ ref('int_rfm_orders_known') }}
    where known_to_date is not null

),

int_rfm_orders_replaced as (

    select
        orders.customer_id,
        month_ends.as_of_date,
        max(orders.purchase_date) as last_purchase_date,
        count(orders.purchase_date) as frequency_order_count,
        sum(orders.net_sales_amount) as monetary_amount
    from orders
    inner join month_ends
        on
        orders.known_from_date <= month_ends.as_of_date
        and orders.known_to_date > month_ends.as_of_date
    group by orders.customer_id, month_ends.as_of_date

)

select * from int_rfm_orders_replaced
