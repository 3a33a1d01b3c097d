-- Every period that a day is part of. Retail years and calendar years have their own rows, so a
-- year can be in here with the days alone that the shop's calendar covers.
{{ config(materialized="table") }}

with

dates as (

    select * from {{ ref('dim_dates') }}

),

event_days as (

    select * from {{ ref('int_event_days_dated') }}

),

dates_in_periods as (

    {% for grain, sql in period_grains().items() -%}
    select
        '{{ grain }}' as grain,
        '{{ grain }}' as series_name,
        {{ sql.year }} as period_year,
        {{ sql.number }} as period_number,
        {{ sql.name }} as period_name,
        {{ sql.start }} as start_date,
        {{ sql.end }} as end_date,
        date_day,
        {{ sql.elapsed }} as elapsed_number
    from dates
    union all
    {% endfor -%}
    select
        'event' as grain,
        event_name as series_name,
        event_year as period_year,
        1 as period_number,
        {{ dbt.concat(["event_name", "' '", "cast(event_year as " ~ dbt.type_string() ~ ")"]) }}
            as period_name,
        start_date,
        end_date,
        date_day,
        day_offset as elapsed_number
    from event_days

),

int_dates_grouped as (

    select
        {{ dbt.concat(["grain", "' '", "period_name"]) }} as period_id,
        grain,
        series_name,
        cast(period_year as {{ dbt.type_int() }}) as period_year,
        cast(period_number as {{ dbt.type_int() }}) as period_number,
        period_name,
        start_date,
        end_date,
        date_day,
        cast(elapsed_number as {{ dbt.type_int() }}) as elapsed_number
    from dates_in_periods

)

select * from int_dates_grouped
