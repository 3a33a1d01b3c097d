-- Every day that the calendar can hold, whatever the data. The retail calendar is a rule, not a
-- table of years: weeks run from Sunday to Saturday and the year ends on the Saturday closest to
-- January 31, which gives 52 weeks, or 53 every five or six years.
with

days_spined as (

    {{ dbt_utils.date_spine(
        datepart="day",
        start_date="cast('" ~ var("calendar_first_date") ~ "' as date)",
        end_date="cast('" ~ var("calendar_end_date") ~ "' as date)"
    ) }}

),

weeks_started as (

    select
        cast(date_day as date) as date_day,
        {{ week_start("cast(date_day as date)", "sunday") }} as retail_week_start_date
    from days_spined

),

-- A week starts its year from January 29 on, so its Wednesday falls in February or later.
years_assigned as (

    select
        date_day,
        retail_week_start_date,
        extract(year from {{ add_days("retail_week_start_date", 3) }})
        - case
            when extract(month from {{ add_days("retail_week_start_date", 3) }}) = 1 then 1
            else 0
        end as retail_year
    from weeks_started

),

years_bounded as (

    select
        date_day,
        retail_week_start_date,
        retail_year,
        {{ retail_year_start("retail_year") }} as retail_year_start_date,
        {{ retail_year_start("(retail_year + 1)") }} as next_retail_year_start_date
    from years_assigned

),

weeks_numbered as (

    select
        date_day,
        retail_week_start_date,
        retail_year,
        retail_year_start_date,
        next_retail_year_start_date,
        {{ dbt.datediff("retail_year_start_date", "retail_week_start_date", "day") }} / 7 + 1
            as retail_week,
        {{ dbt.datediff("retail_year_start_date", "next_retail_year_start_date", "day") }} / 7
            as retail_weeks_in_year
    from years_bounded

),

-- Four quarters of 13 weeks; a 53rd week belongs to the last.
quarters_numbered as (

    select
        *,
        least(floor((retail_week - 1) / 13) + 1, 4) as retail_quarter
    from weeks_numbered

),

quarter_weeks_numbered as (

    select
        *,
        retail_week - 13 * (retail_quarter - 1) as retail_week_of_quarter
    from quarters_numbered

),

-- Each quarter has periods of 4, 5 and 4 weeks.
periods_numbered as (

    select
        *,
        case
            when retail_week_of_quarter <= 4 then 1
            when retail_week_of_quarter <= 9 then 2
            else 3
        end as retail_period_of_quarter
    from quarter_weeks_numbered

),

int_dates_retail_numbered as (

    select
        date_day,
        cast(retail_year as {{ dbt.type_int() }}) as retail_year,
        cast(retail_quarter as {{ dbt.type_int() }}) as retail_quarter,
        cast(3 * (retail_quarter - 1) + retail_period_of_quarter as {{ dbt.type_int() }})
            as retail_period,
        cast(retail_week as {{ dbt.type_int() }}) as retail_week,
        cast(retail_weeks_in_year as {{ dbt.type_int() }}) as retail_weeks_in_year,
        retail_week_start_date,
        retail_year_start_date,
        {{ add_days("next_retail_year_start_date", -1) }} as retail_year_end_date
    from periods_numbered

)

select * from int_dates_retail_numbered
