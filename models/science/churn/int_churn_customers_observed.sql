-- Features are computed of the cases drawn, and of everyone as of the business date.
with

cases as (

    select * from {{ ref('int_churn_cases_drawn') }}

),

customers as (

    select * from {{ ref('int_customer_rfm_measures') }}

),

int_churn_customers_observed as (

    select
        customer_id,
        cut_off_date
    from cases
    union distinct
    select
        customer_id,
        business_date as cut_off_date
    from customers

)

select * from int_churn_customers_observed
