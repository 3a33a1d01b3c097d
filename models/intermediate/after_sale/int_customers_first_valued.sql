-- What customers are worth in their first days: null until these are over, so that a young customer
-- is never compared with an old one.
{{ config(materialized="table") }}

with

orders as (

    select * from {{ ref('fct_orders') }}
    where customer_id != 'unknown'

),

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

sales_ranked as (

    select
        *,
        row_number() over (partition by customer_id order by ordered_at, order_id) as sale_rank
    from orders
    where has_sale

),

first_sales as (

    select
        customer_id,
        order_id as first_order_id,
        ordered_at as first_ordered_at,
        order_date as first_order_date,
        unit_count as first_order_unit_count,
        {{ add_days('order_date', var('first_value_days') ~ ' - 1') }} as first_value_end_date
    from sales_ranked
    where sale_rank = 1

),

orders_compared_to_the_first as (

    select
        orders.*,
        orders.order_date <= first_sales.first_value_end_date as is_early
    from orders
    inner join first_sales
        on orders.customer_id = first_sales.customer_id

),

orders_added_up as (

    select
        customer_id,
        max(case when has_sale then order_date end) as last_sale_date,
        sum(case when has_sale then 1 else 0 end) as order_count,
        sum(net_sales_amount) as net_sales_amount,
        sum(case when has_sale and is_early then 1 else 0 end) as first_value_order_count,
        sum(case when is_early then net_sales_amount else 0 end) as first_value_net_sales_amount
    from orders_compared_to_the_first
    group by customer_id

),

customers_joined as (

    select
        first_sales.*,
        orders_added_up.last_sale_date,
        orders_added_up.order_count,
        orders_added_up.net_sales_amount,
        orders_added_up.first_value_order_count,
        orders_added_up.first_value_net_sales_amount,
        first_sales.first_value_end_date <= business_dates.business_date as is_first_value_known
    from first_sales
    inner join orders_added_up
        on first_sales.customer_id = orders_added_up.customer_id
    cross join business_dates

),

int_customers_first_valued as (

    select
        customer_id,
        first_order_id,
        first_ordered_at,
        first_order_date,
        first_order_unit_count,
        last_sale_date,
        cast(order_count as {{ dbt.type_bigint() }}) as order_count,
        cast(net_sales_amount as {{ dbt.type_numeric() }}) as net_sales_amount,
        is_first_value_known,
        case
            when is_first_value_known
                then cast(first_value_order_count as {{ dbt.type_bigint() }})
        end as first_value_order_count,
        case
            when is_first_value_known
                then cast(first_value_net_sales_amount as {{ dbt.type_numeric() }})
        end as first_value_net_sales_amount
    from customers_joined

)

select * from int_customers_first_valued
