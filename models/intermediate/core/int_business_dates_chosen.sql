-- The last closed day: the var where it names one, else the last day with an order.
with

orders as (

    select max(last_order_date) as last_order_date from {{ ref('fct_orders') }}

),

int_business_dates_chosen as (

    select
        coalesce(
            cast(nullif('{{ var("business_date") }}', '') as date),
            last_order_date
        ) as business_date
    from orders

)

select * from int_business_dates_chosen
