with

orders as (

    select * from {{ ref('fct_orders') }}
    where customer_id <> 'unknown'

),

customers_identified as (

    select * from {{ ref('int_customers_identified') }}

),

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

int_person_years_counted as (

    select
        customers_identified.person_id,
        sum(orders.sale_line_count) as sale_line_count,
        sum(orders.return_line_count) as return_line_count,
        max(case when orders.has_return then orders.order_date end) as last_return_date
    from orders
    inner join business_dates
        on orders.order_date > {{ add_days("business_dates.business_date", -365) }}
        and orders.order_date <= business_dates.business_date
    inner join customers_identified
        on orders.customer_id = customers_identified.customer_id
    group by customers_identified.person_id

)

select * from int_person_years_counted
