-- One row a day: only the events of the countries whose sources deliver to this shop.
with

calendar_events as (

    select * from {{ ref('calendar_events') }}

),

source_calendars as (

    select * from {{ ref('source_calendars') }}

),

deliveries as (

    select distinct source_name from {{ ref('stg_ops__deliveries') }}

),

countries_delivering as (

    select distinct source_calendars.country_code
    from source_calendars
    inner join deliveries
        on source_calendars.source_name = deliveries.source_name

),

int_calendar_events_listed as (

    select
        calendar_events.event_date,
        {{ dbt.listagg("calendar_events.event_name", "' / '", "order by calendar_events.event_name") }}
            as event_names,
        max(case when calendar_events.event_kind = 'public_holiday' then 1 else 0 end) = 1
            as is_public_holiday
    from calendar_events
    inner join countries_delivering
        on calendar_events.country_code = countries_delivering.country_code
    group by calendar_events.event_date

)

select * from int_calendar_events_listed
