-- Of each order, the version counts that was known at the end of the business date. Added up by
-- customer alone: a second key, the same for all, takes longer.
with

business_dates as (

    select business_date from {{ ref('int_business_dates_chosen') }}

),

orders as (

    select * from {{ ref('int_rfm_orders_known') }}

),

customers_added_up as (

    select
        orders.customer_id,
        max(orders.purchase_date) as last_purchase_date,
        count(orders.purchase_date) as frequency_order_count,
        sum(orders.net_sales_amount) as monetary_amount
    from orders
    inner join business_dates
        on {{ known_at("orders", "business_dates.business_date") }}
    group by orders.customer_id

),

int_customer_rfm_measures as (

    select
        customers_added_up.customer_id,
        business_dates.business_date,
        cast(
            {{ dbt.datediff(
                'customers_added_up.last_purchase_date', 'business_dates.business_date', 'day'
            ) }} as {{ dbt.type_bigint() }}
        ) as recency_day_count,
        cast(customers_added_up.frequency_order_count as {{ dbt.type_bigint() }})
            as frequency_order_count,
        cast(customers_added_up.monetary_amount as {{ dbt.type_numeric() }}) as monetary_amount
    from customers_added_up
    cross join business_dates
    where customers_added_up.last_purchase_date is not null

)

select * from int_customer_rfm_measures
