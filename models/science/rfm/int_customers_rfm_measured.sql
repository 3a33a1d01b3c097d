with

measures as (

    select * from {{ ref('int_customer_rfm_measures') }}

),

measures_monthly as (

    select * from {{ ref('int_customer_rfm_measures_monthly') }}

),

int_customers_rfm_measured as (

    select
        customer_id,
        business_date as as_of_date,
        recency_day_count,
        frequency_order_count,
        monetary_amount
    from measures
    union all
    select
        customer_id,
        as_of_date,
        recency_day_count,
        frequency_order_count,
        monetary_amount
    from measures_monthly

)

select * from int_customers_rfm_measured
