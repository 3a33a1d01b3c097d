with

customers as (

    select * from {{ ref('int_customers_rfm_scored') }}

),

dates as (

    select * from {{ ref('int_rfm_dates_chosen') }}
    where is_latest

),

fct_customer_rfm as (

    select
        customers.customer_id,
        dates.as_of_date as business_date,
        customers.recency_day_count,
        customers.frequency_order_count,
        customers.monetary_amount,
        cast('{{ currency_code() }}' as {{ dbt.type_string() }}) as currency_code,
        customers.recency_score,
        customers.frequency_score,
        customers.monetary_score,
        cast(customers.segment_name as {{ dbt.type_string() }}) as segment_name
    from customers
    inner join dates
        on customers.as_of_date = dates.as_of_date

)

select * from fct_customer_rfm
