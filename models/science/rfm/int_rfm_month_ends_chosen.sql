-- As of the business date, int_customer_rfm_measures says it.
with

dates as (

    select * from {{ ref('int_rfm_dates_chosen') }}
    where is_month_end and not is_latest

),

int_rfm_month_ends_chosen as (

    select
        as_of_date,
        lag(as_of_date) over (order by as_of_date) as earlier_date
    from dates

)

select * from int_rfm_month_ends_chosen
