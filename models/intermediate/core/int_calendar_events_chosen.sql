-- Only the events of the countries whose sources deliver to this shop.
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

int_calendar_events_chosen as (

    select
        country_code,
        event_date,
        event_name,
        event_kind
    from calendar_events

)

select * from int_calendar_events_chosen
