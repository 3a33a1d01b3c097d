-- From the first day with an order to the last closed one: the var where it names one, else the
-- last day with an order.
with

orders as (

    select
        min(order_date) as first_order_date,
        max(last_order_date) as last_order_date
    from {{ ref('fct_orders') }}

),

int_business_dates_chosen as (

    select
        first_order_date as opening_date,
        coalesce(
            cast(nullif('{{ var("business_date") }}', '') as date),
            last_order_date
        ) as business_date
    from orders

)

select * from int_business_dates_chosen
