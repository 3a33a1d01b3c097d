-- Orders are added up by customer and month first. A version that counts now is known from its
-- month end on, so sums run on; one that was replaced counts at the few month ends between.

with

-- As of the business date, int_customer_rfm_measures says it.
month_ends as (

    select
        as_of_date,
        lag(as_of_date) over (order by as_of_date) as earlier_date
    from {{ ref('int_rfm_dates_chosen') }}
    where is_month_end and not is_latest

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
        and known_from_date <= (select max(as_of_date) from month_ends)

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
    where orders.known_to_date is null
    group by orders.customer_id, month_ends.as_of_date

),

customers_run_on as (

    select
        customer_id,
        as_of_date as from_date,
        lead(as_of_date) over (partition by customer_id order by as_of_date) as before_date,
        max(last_purchase_date) over (
            partition by customer_id order by as_of_date
            rows between unbounded preceding and current row
        ) as last_purchase_date,
        sum(frequency_order_count) over (
            partition by customer_id order by as_of_date
            rows between unbounded preceding and current row
        ) as frequency_order_count,
        sum(monetary_amount) over (
            partition by customer_id order by as_of_date
            rows between unbounded preceding and current row
        ) as monetary_amount
    from customers_by_month

),

customers_at_month_ends as (

    select
        customers_run_on.*,
        month_ends.as_of_date
    from customers_run_on
    inner join month_ends
        on
        customers_run_on.from_date <= month_ends.as_of_date
        and (
            customers_run_on.before_date is null
            or customers_run_on.before_date > month_ends.as_of_date
        )

),

replaced_later as (

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

),

customers_both as (

    select
        coalesce(stays.customer_id, goes.customer_id) as customer_id,
        coalesce(stays.as_of_date, goes.as_of_date) as as_of_date,
        case
            when stays.last_purchase_date >= goes.last_purchase_date then stays.last_purchase_date
            else coalesce(goes.last_purchase_date, stays.last_purchase_date)
        end as last_purchase_date,
        coalesce(stays.frequency_order_count, 0) + coalesce(goes.frequency_order_count, 0)
            as frequency_order_count,
        coalesce(stays.monetary_amount, 0) + coalesce(goes.monetary_amount, 0) as monetary_amount
    from customers_at_month_ends as stays
    full outer join replaced_later as goes
        on stays.customer_id = goes.customer_id
        and stays.as_of_date = goes.as_of_date

),

int_customer_rfm_measures_monthly as (

    select
        customer_id,
        as_of_date,
        cast(
            {{ dbt.datediff('last_purchase_date', 'as_of_date', 'day') }}
            as {{ dbt.type_bigint() }}
        ) as recency_day_count,
        cast(frequency_order_count as {{ dbt.type_bigint() }}) as frequency_order_count,
        cast(monetary_amount as {{ dbt.type_numeric() }}) as monetary_amount
    from customers_both
    where last_purchase_date is not null

)

select * from int_customer_rfm_measures_monthly
