-- Where countries of one shop keep an event on different days, the first of the year counts.
with

calendar_events as (

    select
        event_name,
        extract(year from event_date) as event_year,
        min(event_date) as event_date
    from {{ ref('int_calendar_events_chosen') }}
    group by event_name, extract(year from event_date)

),

event_windows as (

    select * from {{ ref('event_windows') }}

),

windows_opened as (

    select
        calendar_events.event_name,
        calendar_events.event_year,
        calendar_events.event_date,
        {{ add_days("calendar_events.event_date", "-event_windows.days_before") }} as start_date,
        {{ add_days("calendar_events.event_date", "event_windows.days_after") }} as end_date
    from calendar_events
    inner join event_windows
        on calendar_events.event_name = event_windows.event_name

),

dates as (

    select date_day from {{ ref('dim_dates') }}

),

int_event_days_dated as (

    select
        windows_opened.event_name,
        cast(windows_opened.event_year as {{ dbt.type_int() }}) as event_year,
        windows_opened.event_date,
        windows_opened.start_date,
        windows_opened.end_date,
        dates.date_day,
        cast(
            {{ dbt.datediff("windows_opened.event_date", "dates.date_day", "day") }}
            as {{ dbt.type_int() }}
        ) as day_offset
    from windows_opened
    inner join dates
        on dates.date_day between windows_opened.start_date and windows_opened.end_date

)

select * from int_event_days_dated
