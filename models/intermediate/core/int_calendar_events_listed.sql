with

calendar_events as (

    select * from {{ ref('int_calendar_events_chosen') }}

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
