-- Month ends before the first order say nothing; older ones than the var asks for are left out,
-- which bounds what the fit reads.
with

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

dates as (

    select
        date_day,
        extract(day from {{ add_days("date_day", 1) }}) = 1 as is_month_end
    from {{ ref('dim_dates') }}

),

dates_ranked as (

    select
        dates.date_day,
        dates.is_month_end,
        dates.date_day = business_dates.business_date as is_latest,
        row_number() over (partition by dates.is_month_end order by dates.date_day desc)
            as recency
    from dates
    inner join business_dates
        on dates.date_day between business_dates.opening_date and business_dates.business_date
    where dates.is_month_end or dates.date_day = business_dates.business_date

),

int_rfm_dates_chosen as (

    select
        date_day as as_of_date,
        is_latest,
        is_month_end
    from dates_ranked
    where is_latest or recency <= {{ var("rfm_month_end_count") }}

)

select * from int_rfm_dates_chosen
