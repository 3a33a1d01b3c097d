-- A purchase is an order with a sale. What was brought back lowers the money, also where the sale
-- lay in another order; orders of mere adjustments were neither bought nor brought back. Of each
-- order, the version counts that was known at the end of the business date.
with

business_dates as (

    select business_date from {{ ref('int_business_dates_chosen') }}

),

orders as (

    select
        customer_id,
        known_from_date,
        known_to_date,
        net_sales_amount,
        case when has_sale then order_date end as purchase_date
    from {{ ref('int_orders_known') }}
    where
        customer_id != 'unknown'
        and (has_sale or has_return)

),

customers_added_up as (

    select
        orders.customer_id,
        business_dates.business_date,
        max(orders.purchase_date) as last_purchase_date,
        count(orders.purchase_date) as frequency_order_count,
        sum(orders.net_sales_amount) as monetary_amount
    from orders
    inner join business_dates
        on {{ known_at("orders", "business_dates.business_date") }}
    group by orders.customer_id, business_dates.business_date

),

int_customer_rfm_measures as (

    select
        customer_id,
        business_date,
        cast(
            {{ dbt.datediff('last_purchase_date', 'business_date', 'day') }}
            as {{ dbt.type_bigint() }}
        ) as recency_day_count,
        cast(frequency_order_count as {{ dbt.type_bigint() }}) as frequency_order_count,
        cast(monetary_amount as {{ dbt.type_numeric() }}) as monetary_amount
    from customers_added_up
    where last_purchase_date is not null

)

select * from int_customer_rfm_measures
