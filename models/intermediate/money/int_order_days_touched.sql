-- Raw keeps the rows of these feeds by the day of their order, so the gate knows the days. Refunds
-- are kept by their own day, which is where sales look for them; and a rate holds until the next.
{%- set last_offset = longest_rate_gap_days() + 1 %}
{%- set refund_days = days_touched(ref("stg_ops__touched_days"), "touched_utc_date", ["refunds"]) %}

with

touched_days as (

    select * from {{ ref('stg_ops__touched_days') }}
    where
        published_seq > {{ watermark() }}
        and source_name in ('commerce', 'after_sale')
        and feed_name in (
            'orders', 'order_lines', 'payments', 'refunds', 'shipments', 'chargebacks', 'fx_rates'
        )

),

refunds as (

    select
        cast(refunded_at as date) as refund_utc_date,
        cast(ordered_at as date) as order_utc_date
    from {{ ref('stg_commerce__refunds') }}
    {% if is_incremental() -%}
    where {{ in_days("refunded_at", refund_days, kind="timestamp") }}
    {%- endif %}

),

-- Reporting zones lie up to 14 hours from UTC, so a UTC date falls on at most three reporting
-- dates.
day_offsets as (

    {% for day_offset in range(-1, last_offset + 1) -%}
    select {{ day_offset }} as day_offset
    {{ "union all" if not loop.last }}
    {% endfor %}

),

order_days_by_feed as (

    select
        feed_name,
        published_seq,
        touched_utc_date as order_utc_date
    from touched_days
    where feed_name != 'refunds'
    union all
    select
        touched_days.feed_name,
        touched_days.published_seq,
        refunds.order_utc_date
    from touched_days
    inner join refunds
        on touched_days.touched_utc_date = refunds.refund_utc_date
    where touched_days.feed_name = 'refunds'

),

int_order_days_touched as (

    select distinct
        order_days_by_feed.feed_name,
        order_days_by_feed.published_seq,
        cast(
            {{ dbt.dateadd(
                'day', 'day_offsets.day_offset', 'order_days_by_feed.order_utc_date'
            ) }} as date
        ) as touched_day
    from order_days_by_feed
    inner join day_offsets
        on order_days_by_feed.feed_name = 'fx_rates' or day_offsets.day_offset <= 1

)

select * from int_order_days_touched
