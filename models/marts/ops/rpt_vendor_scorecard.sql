{%- set rates = {
    "punctual": ("punctual_delivery_count", "timed_delivery_count"),
    "complete": ("complete_delivery_count", "delivery_count"),
    "valid": ("accepted_record_count", "delivered_record_count"),
    "corrected": ("corrected_record_count", "bad_record_count"),
} -%}

with

deliveries as (

    select
        *,
        {{ month_start(to_reporting_date("arrived_at")) }} as month_start_date
    from {{ ref('fct_deliveries') }}

),

feeds as (

    select * from {{ ref('int_feeds_scheduled') }}

),

deliveries_added_up as (

    select
        source_name,
        feed_name,
        month_start_date,
        count(*) as delivery_count,
        count(is_punctual) as timed_delivery_count,
        sum(case when is_punctual then 1 else 0 end) as punctual_delivery_count,
        sum(case when is_complete then 1 else 0 end) as complete_delivery_count,
        sum(delivered_record_count) as delivered_record_count,
        sum(accepted_record_count) as accepted_record_count,
        sum(quarantined_record_count + rejected_record_count) as bad_record_count,
        sum(corrected_record_count) as corrected_record_count,
        sum(open_record_count) as open_record_count
    from deliveries
    group by source_name, feed_name, month_start_date

),

rpt_vendor_scorecard as (

    select
        deliveries_added_up.source_name,
        deliveries_added_up.feed_name,
        deliveries_added_up.month_start_date,
        {%- for count in [
            "delivery", "timed_delivery", "punctual_delivery", "complete_delivery",
            "delivered_record", "accepted_record", "bad_record", "corrected_record", "open_record",
        ] %}
        cast(deliveries_added_up.{{ count }}_count as {{ dbt.type_bigint() }}) as {{ count }}_count,
        {%- endfor %}
        {%- for name, (part, whole) in rates.items() %}
        cast(
            deliveries_added_up.{{ part }} / nullif(deliveries_added_up.{{ whole }}, 0)
            as {{ dbt.type_numeric() }}
        ) as {{ name }}_rate,
        {%- endfor %}
        feeds.owner_name
    from deliveries_added_up
    left join feeds
        on deliveries_added_up.source_name = feeds.source_name
        and deliveries_added_up.feed_name = feeds.feed_name

)

select * from rpt_vendor_scorecard
