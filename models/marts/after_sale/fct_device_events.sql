{{ by_day(
    "event_date",
    cluster_by=["device_id"],
    replaced="{{ dates_of(days_touched(ref('stg_ops__touched_days'), 'touched_utc_date',"
    ~ " ['device_events']), before=1, after=1) }}",
) }}
{%- set days = days_touched(ref("stg_ops__touched_days"), "touched_utc_date", ["device_events"]) %}

with

device_events as (

    select
        *,
        {{ to_reporting_date('event_at') }} as event_date
    from {{ ref('stg_after_sale__device_events') }}
    {% if is_incremental() -%}
    where
        {{ in_days("event_at", days, before=2, after=2, kind="timestamp") }}
        and {{ in_days(to_reporting_date("event_at"), days, before=1, after=1) }}
    {%- endif %}

),

fct_device_events as (

    select
        event_id,
        cast(serial_number as {{ dbt.type_string() }}) as device_id,
        cast(event_kind as {{ dbt.type_string() }}) as event_kind,
        cast(event_at as {{ dbt.type_timestamp() }}) as event_at,
        event_date,
        cast(usage_hour_count as {{ dbt.type_bigint() }}) as usage_hour_count,
        cast(error_code as {{ dbt.type_string() }}) as error_code
    from device_events

)

select * from fct_device_events
