{{ by_day(
    "event_date",
    cluster_by=["campaign_id", "customer_id"],
    replaced="{{ dates_of(days_touched(ref('stg_ops__touched_days'), 'touched_utc_date', "
    ~ "['email_events']), before=1, after=1) }}",
) }}
{%- set days = days_touched(ref('stg_ops__touched_days'), "touched_utc_date", ["email_events"]) %}

with

email_events as (

    select
        *,
        {{ to_reporting_date('event_at') }} as event_date
    from {{ ref('stg_marketing__email_events') }}
    {% if is_incremental() -%}
    where
        {{ in_days("event_at", days, before=2, after=2, kind="timestamp") }}
        and {{ in_days(to_reporting_date("event_at"), days, before=1, after=1) }}
    {%- endif %}

),

fct_email_events as (

    select
        event_id,
        message_id,
        customer_id,
        campaign_id,
        coalesce(offer_id, 'unknown') as offer_id,
        event_kind,
        event_at,
        event_date
    from email_events

)

select * from fct_email_events
