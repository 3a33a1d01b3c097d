-- One row a day: only the events of the countries whose sources deliver to this shop.
with

deliveries as (

    select distinct source_name from {{ ref('stg_ops__deliveries') }}

),

source_calendars as (

    select distinct country_code from {{ ref('source_calendars') }}
    where source_name in (select deliveries.source_name from deliveries)

),

calendar_events as (

    select * from {{ ref('calendar_events') }}
    where country_code in (select source_calendars.country_code from source_calendars)

),

int_calendar_events_listed as (

    select
        event_date,
        string_agg(event_name, ' / ' order by event_name) as event_names,
        max(case when event_kind = 'public_holiday' then 1 else 0 end) = 1 as is_public_holiday
    from calendar_events
    group by event_date

)

select * from int_calendar_events_listed
