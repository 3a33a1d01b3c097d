-- A purchase is an order with a sale; what was brought back lowers the money. Beside the customers
-- as of the business date stand those as of 13 weeks before, if there are 13 weeks before that:
-- the models fitted to these are held against what they did since. One pass over the orders.
{%- set calibration_days = 91 %}

with

business_dates as (

    select
        business_date,
        case
            when
                {{ dbt.datediff('opening_date', 'business_date', 'day') }}
                >= {{ 2 * calibration_days }}
                then {{ add_days('business_date', -calibration_days) }}
        end as calibration_date
    from {{ ref('int_business_dates_chosen') }}

),

orders as (

    select
        customer_id,
        order_date,
        net_sales_amount,
        currency_code,
        case when has_sale then order_date end as purchase_date
    from {{ ref('fct_orders') }}
    where
        customer_id != 'unknown'
        and (has_sale or has_return)

),

orders_until_each_date as (

    select
        orders.*,
        business_dates.business_date,
        business_dates.calibration_date,
        case
            when orders.order_date <= business_dates.calibration_date then orders.net_sales_amount
            else 0
        end as earlier_net_sales_amount,
        case
            when orders.order_date <= business_dates.calibration_date then orders.purchase_date
        end as earlier_purchase_date
    from orders
    inner join business_dates
        on orders.order_date <= business_dates.business_date

),

customers_added_up as (

    select
        customer_id,
        business_date,
        calibration_date,
        min(purchase_date) as first_purchase_date,
        max(purchase_date) as last_purchase_date,
        count(purchase_date) as purchase_count,
        sum(net_sales_amount) as net_sales_amount,
        max(earlier_purchase_date) as earlier_last_purchase_date,
        count(earlier_purchase_date) as earlier_purchase_count,
        sum(earlier_net_sales_amount) as earlier_net_sales_amount,
        min(currency_code) as currency_code
    from orders_until_each_date
    group by customer_id, business_date, calibration_date

),

customers_for_each_purpose as (

    select
        customer_id,
        'forecast' as fitted_for,
        business_date as cutoff_date,
        first_purchase_date,
        last_purchase_date,
        purchase_count,
        net_sales_amount,
        currency_code
    from customers_added_up
    where purchase_count > 0
    union all
    select
        customer_id,
        'calibration' as fitted_for,
        calibration_date as cutoff_date,
        first_purchase_date,
        earlier_last_purchase_date as last_purchase_date,
        earlier_purchase_count as purchase_count,
        earlier_net_sales_amount as net_sales_amount,
        currency_code
    from customers_added_up
    where earlier_purchase_count > 0

),

int_customer_lifetimes as (

    select
        customer_id,
        fitted_for,
        cutoff_date,
        cast(purchase_count - 1 as {{ dbt.type_bigint() }}) as frequency_count,
        cast(
            {{ dbt.datediff('first_purchase_date', 'last_purchase_date', 'day') }}
            as {{ dbt.type_bigint() }}
        ) as recency_day_count,
        cast(
            {{ dbt.datediff('first_purchase_date', 'cutoff_date', 'day') }}
            as {{ dbt.type_bigint() }}
        ) as age_day_count,
        cast(net_sales_amount as {{ dbt.type_numeric() }}) as net_sales_amount,
        currency_code
    from customers_for_each_purpose

)

select * from int_customer_lifetimes
