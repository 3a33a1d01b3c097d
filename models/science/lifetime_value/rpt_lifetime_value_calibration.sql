-- The models as they would have been 13 weeks before the business date, and what came since.
with

customers as (

    select * from {{ ref('int_customer_lifetimes_forecast') }}
    where
        fitted_for = 'calibration'
        and purchases_13_weeks is not null

),

business_dates as (

    select business_date from {{ ref('int_business_dates_chosen') }}

),

orders as (

    select
        customer_id,
        order_date,
        net_sales_amount,
        case when has_sale then order_date end as purchase_date
    from {{ ref('fct_orders') }}
    where
        customer_id != 'unknown'
        and (has_sale or has_return)

),

cutoffs as (

    select min(cutoff_date) as cutoff_date from customers

),

orders_since as (

    select
        orders.customer_id,
        count(orders.purchase_date) as purchase_count,
        sum(orders.net_sales_amount) as net_sales_amount
    from orders
    inner join cutoffs
        on orders.order_date > cutoffs.cutoff_date
    inner join business_dates
        on orders.order_date <= business_dates.business_date
    group by orders.customer_id

),

customers_in_tenths as (

    select
        customers.*,
        coalesce(orders_since.purchase_count, 0) as purchase_count,
        coalesce(orders_since.net_sales_amount, 0) as later_net_sales_amount,
        ntile(10) over (
            order by customers.purchases_13_weeks desc, customers.customer_id asc
        ) as tenth
    from customers
    left join orders_since
        on customers.customer_id = orders_since.customer_id

),

tenths_added_up as (

    select
        tenth,
        cutoff_date,
        count(*) as customer_count,
        sum(purchases_13_weeks) as expected_purchases,
        sum(purchase_count) as purchase_count,
        sum(p_alive) as expected_alive,
        avg(
            case
                when
                    purchase_count between purchases_13_weeks_lower and purchases_13_weeks_upper
                    then 1.0
                else 0.0
            end
        ) as share_in_range,
        sum(purchases_13_weeks * expected_spend) as expected_net_sales,
        sum(later_net_sales_amount) as net_sales_amount
    from customers_in_tenths
    group by tenth, cutoff_date

),

rpt_lifetime_value_calibration as (

    select
        cast(tenth as {{ dbt.type_bigint() }}) as tenth,
        cutoff_date,
        cast(customer_count as {{ dbt.type_bigint() }}) as customer_count,
        cast(expected_purchases as {{ dbt.type_numeric() }}) as expected_purchases,
        cast(purchase_count as {{ dbt.type_bigint() }}) as purchase_count,
        cast(
            expected_purchases / nullif(purchase_count, 0) - 1 as {{ dbt.type_numeric() }}
        ) as purchase_bias_rate,
        cast(expected_alive / customer_count as {{ dbt.type_numeric() }}) as mean_p_alive,
        cast(share_in_range as {{ dbt.type_numeric() }}) as in_range_share,
        cast(expected_net_sales as {{ dbt.type_numeric() }}) as expected_net_sales_amount,
        cast(net_sales_amount as {{ dbt.type_numeric() }}) as net_sales_amount
    from tenths_added_up

)

select * from rpt_lifetime_value_calibration
