-- Asking a warehouse for the local time of a moment is slow, and a clock changes twice a year: so
-- it is asked once per zone and day, and of the quarter hours of the days on which it changes.
{%- set next_day = add_days("date_day", 1) %}

with

dates as (

    select date_day from {{ ref('int_dates_retail_numbered') }}

),

store_versions as (

    select * from {{ ref('stg_erp__store_versions') }}

),

time_zones as (

    select '{{ reporting_time_zone() }}' as time_zone
    union distinct
    select time_zone from store_versions

),

days_of_zones as (

    select
        time_zones.time_zone,
        dates.date_day,
        cast(dates.date_day as {{ dbt.type_timestamp() }}) as starts_at,
        cast({{ next_day }} as {{ dbt.type_timestamp() }}) as ends_at
    from dates
    cross join time_zones

),

days_offset as (

    select
        time_zone,
        date_day,
        starts_at,
        {{ dbt.datediff("starts_at", local_time("starts_at", "time_zone"), "minute") }}
            as offset_minute_count,
        {{ dbt.datediff("ends_at", local_time("ends_at", "time_zone"), "minute") }}
            as later_offset_minute_count
    from days_of_zones

),

quarter_hours as (

    select 15 * {{ dbt.datediff(
        "cast('" ~ var("calendar_first_date") ~ "' as date)", "date_day", "day"
    ) }} as minute_of_day
    from dates
    where date_day < {{ add_days("cast('" ~ var("calendar_first_date") ~ "' as date)", 96) }}

),

moments_of_change_days as (

    select
        days_offset.time_zone,
        days_offset.date_day,
        days_offset.later_offset_minute_count,
        cast(
            {{ dbt.dateadd("minute", "quarter_hours.minute_of_day", "days_offset.starts_at") }}
            as {{ dbt.type_timestamp() }}
        ) as moment_at
    from days_offset
    cross join quarter_hours
    where days_offset.offset_minute_count <> days_offset.later_offset_minute_count

),

changes as (

    select
        time_zone,
        date_day,
        min(moment_at) as changes_at
    from moments_of_change_days
    where
        {{ dbt.datediff("moment_at", local_time("moment_at", "time_zone"), "minute") }}
        = later_offset_minute_count
    group by time_zone, date_day

),

int_clocks_offset as (

    select
        days_offset.time_zone,
        days_offset.date_day as utc_date,
        cast(days_offset.offset_minute_count as {{ dbt.type_bigint() }}) as offset_minute_count,
        changes.changes_at,
        cast(days_offset.later_offset_minute_count as {{ dbt.type_bigint() }})
            as later_offset_minute_count
    from days_offset
    left join changes
        on days_offset.time_zone = changes.time_zone
        and days_offset.date_day = changes.date_day

)

select * from int_clocks_offset
