with

orders as (

    select * from {{ ref('fct_orders') }}
    where customer_id <> 'unknown'

),

customers as (

    select * from {{ ref('dim_customers') }}

),

orders_added_up as (

    select
        customer_id,
        {{ month_start("order_date") }} as month_date,
        sum(case when has_sale then 1 else 0 end) as order_count,
        sum(case when has_return then 1 else 0 end) as return_order_count,
        sum(unit_count) as unit_count,
        sum(net_sales_amount) as net_sales_amount,
        min(currency_code) as currency_code
    from orders
    group by customer_id, {{ month_start("order_date") }}

),

months_joined as (

    select
        orders_added_up.*,
        customers.person_id,
        customers.is_guest,
        customers.first_order_date,
        customers.is_new_person,
        {{ month_start("customers.first_order_date") }} as first_month_date,
        {{ month_start("customers.cohort_date") }} as cohort_month_date
    from orders_added_up
    inner join customers
        on orders_added_up.customer_id = customers.customer_id

),

fct_customers_monthly as (

    select
        customer_id,
        month_date,
        person_id,
        is_guest,
        cohort_month_date,
        cast(
            {{ dbt.datediff("cohort_month_date", "month_date", "month") }}
            as {{ dbt.type_bigint() }}
        ) as cohort_month_count,
        order_count > 0 as is_active,
        coalesce(order_count > 0 and month_date = first_month_date and is_new_person, false)
            as is_new,
        coalesce(order_count > 1 or (order_count > 0 and month_date > cohort_month_date), false)
            as is_repeat,
        cast(order_count as {{ dbt.type_bigint() }}) as order_count,
        cast(return_order_count as {{ dbt.type_bigint() }}) as return_order_count,
        cast(unit_count as {{ dbt.type_bigint() }}) as unit_count,
        cast(net_sales_amount as {{ dbt.type_numeric() }}) as net_sales_amount,
        currency_code
    from months_joined

)

select * from fct_customers_monthly
