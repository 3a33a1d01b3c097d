-- Orders are added up by customer and month first. A version that counts now is known from its
-- month end on, so sums run on.
{%- set so_far = "partition by customer_id order by as_of_date
            rows between unbounded preceding and current row" %}

with

month_ends as (

    select * from {{ ref('int_rfm_month_ends_chosen') }}

),

orders as (

    select * from {{ ref('int_rfm_orders_known') }}
    where known_to_date is null

),

customers_by_month as (

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
        and (
            month_ends.earlier_date is null
            or orders.known_from_date > month_ends.earlier_date
        )
    group by orders.customer_id, month_ends.as_of_date

),

customers_run_on as (

    select
        customer_id,
        as_of_date as from_date,
        lead(as_of_date) over (partition by customer_id order by as_of_date) as before_date,
        max(last_purchase_date) over ({{ so_far }}) as last_purchase_date,
        sum(frequency_order_count) over ({{ so_far }}) as frequency_order_count,
        sum(monetary_amount) over ({{ so_far }}) as monetary_amount
    from customers_by_month

),

int_rfm_orders_run_on as (

    select
        customers_run_on.customer_id,
        month_ends.as_of_date,
        customers_run_on.last_purchase_date,
        customers_run_on.frequency_order_count,
        customers_run_on.monetary_amount
    from customers_run_on
    inner join month_ends
        on
        customers_run_on.from_date <= month_ends.as_of_date
        and (
            customers_run_on.before_date is null
            or customers_run_on.before_date > month_ends.as_of_date
        )

)

select * from int_rfm_orders_run_on
