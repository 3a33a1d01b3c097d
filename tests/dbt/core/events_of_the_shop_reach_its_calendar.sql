-- Every event of a country whose source delivers, on a day that the calendar holds, is shown there.
with

sources_delivering as (

    select distinct source_name from {{ ref('stg_ops__deliveries') }}

)

select calendar_events.event_name
from {{ ref('calendar_events') }} as calendar_events
inner join {{ ref('source_calendars') }} as source_calendars
    on calendar_events.country_code = source_calendars.country_code
inner join sources_delivering
    on source_calendars.source_name = sources_delivering.source_name
inner join {{ ref('dim_dates') }} as dim_dates
    on calendar_events.event_date = dim_dates.date_day
where
    coalesce(dim_dates.event_names, '') not like concat('%', calendar_events.event_name, '%')
    or (calendar_events.event_kind = 'public_holiday' and not dim_dates.is_public_holiday)
