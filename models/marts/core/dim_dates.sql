with

retail_dates as (

    select * from {{ ref('int_dates_retail_numbered') }}

),

date_bounds as (

    select * from {{ ref('int_dates_bounded') }}

),

business_dates as (

    select * from {{ ref('int_business_dates_chosen') }}

),

calendar_events as (

    select * from {{ ref('int_calendar_events_listed') }}

),

-- Whole retail years: from that of the first day that the data name to the one after that of the
-- last, so that a forecast finds its days.
years_covered as (

    select
        min(retail_dates.retail_year) as first_retail_year,
        max(retail_dates.retail_year) + 1 as last_retail_year
    from retail_dates
    inner join date_bounds
        on retail_dates.date_day between date_bounds.first_date and date_bounds.last_date

),

dates_covered as (

    select
        retail_dates.*,
        business_dates.business_date
    from retail_dates
    inner join years_covered
        on retail_dates.retail_year
        between years_covered.first_retail_year and years_covered.last_retail_year
    cross join business_dates

),

-- An ISO week belongs to the year of its Thursday.
iso_weeks_started as (

    select
        *,
        {{ week_start("date_day", "monday") }} as iso_week_start_date,
        {{ add_days(week_start("date_day", "monday"), 3) }} as iso_week_thursday
    from dates_covered

),

dates_joined_to_events as (

    select
        iso_weeks_started.*,
        {{ dbt.datediff(
            "iso_weeks_started.iso_week_start_date", "iso_weeks_started.date_day", "day"
        ) }} + 1 as weekday_number,
        calendar_events.event_names,
        coalesce(calendar_events.is_public_holiday, false) as is_public_holiday,
        {{ dbt.dateadd("year", -1, "iso_weeks_started.date_day") }} as year_before
    from iso_weeks_started
    left join calendar_events
        on iso_weeks_started.date_day = calendar_events.event_date

),

dim_dates as (

    select
        date_day,
        cast(extract(year from date_day) as {{ dbt.type_int() }}) as calendar_year,
        cast(extract(quarter from date_day) as {{ dbt.type_int() }}) as calendar_quarter,
        cast(extract(month from date_day) as {{ dbt.type_int() }}) as calendar_month,
        {{ month_name("date_day") }} as month_name,
        cast(extract(day from date_day) as {{ dbt.type_int() }}) as day_of_month,
        cast(extract(dayofyear from date_day) as {{ dbt.type_int() }}) as day_of_year,
        cast(weekday_number as {{ dbt.type_int() }}) as weekday_number,
        {{ weekday_name("date_day") }} as weekday_name,
        weekday_number >= 6 as is_weekend,
        cast(extract(year from iso_week_thursday) as {{ dbt.type_int() }}) as iso_year,
        cast(
            floor((extract(dayofyear from iso_week_thursday) - 1) / 7) + 1 as {{ dbt.type_int() }}
        ) as iso_week,
        iso_week_start_date,
        retail_year,
        retail_quarter,
        retail_period,
        retail_week,
        retail_weeks_in_year,
        retail_week_start_date,
        retail_year_start_date,
        min(date_day) over (partition by retail_year, retail_period) as retail_period_start_date,
        max(date_day) over (partition by retail_year, retail_period) as retail_period_end_date,
        min(date_day) over (partition by retail_year, retail_quarter) as retail_quarter_start_date,
        max(date_day) over (partition by retail_year, retail_quarter) as retail_quarter_end_date,
        cast(year_before as date) as same_date_last_year,
        {{ add_days("date_day", -364) }} as comparable_date,
        event_names,
        is_public_holiday,
        coalesce(date_day <= business_date, false) as is_closed
    from dates_joined_to_events

)

select * from dim_dates
