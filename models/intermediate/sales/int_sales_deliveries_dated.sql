-- The clock here is the shop's own: how far the sales of a feed had come when the delivery was
-- published. So it is the same whenever the files are landed. A feed's UTC date begins on this
-- reporting date, which no sale of it precedes.
{%- set reached_at = "cast(reached.reached_utc_date as " ~ dbt.type_timestamp() ~ ")" %}

with

deliveries as (

    select * from {{ ref('stg_ops__deliveries') }}
    where
        (source_name = 'commerce' and feed_name in ('order_lines', 'refunds'))
        or (source_name = 'complete_journey' and feed_name = 'transactions')
        or (source_name = 'uci_online_retail' and feed_name = 'invoice_lines')
        or (source_name = 'erp' and feed_name = 'inventory_snapshots')
        or (source_name = 'voice' and feed_name = 'support_chats')

),

touched_days as (

    select * from {{ ref('stg_ops__touched_days') }}

),

delivery_periods as (

    select distinct
        delivery_id,
        period_name
    from {{ ref('stg_ops__delivery_periods') }}

),

last_days as (

    select
        delivery_id,
        max(touched_utc_date) as last_utc_date
    from touched_days
    group by delivery_id

),

reached as (

    select
        deliveries.*,
        last_days.last_utc_date,
        max(last_days.last_utc_date) over (
            partition by deliveries.source_name, deliveries.feed_name
            order by deliveries.published_seq
            rows between unbounded preceding and current row
        ) as reached_utc_date,
        max(last_days.last_utc_date) over (
            partition by deliveries.source_name, deliveries.feed_name
            order by deliveries.published_seq
            rows between unbounded preceding and 1 preceding
        ) as reached_before_utc_date
    from deliveries
    left join last_days
        on deliveries.delivery_id = last_days.delivery_id

),

-- Of a period, in the order in which the gate lets its deliveries count.
reached_in_periods as (

    select
        reached.*,
        delivery_periods.period_name,
        {{ to_reporting_date(reached_at) }} as reached_date
    from reached
    left join delivery_periods
        on reached.delivery_id = delivery_periods.delivery_id

),

int_sales_deliveries_dated as (

    select
        delivery_id,
        source_name,
        feed_name,
        published_seq,
        reached_date,
        case when last_utc_date >= reached_before_utc_date then reached_before_utc_date end
            as late_before_utc_date,
        period_name is not null and row_number() over (
            partition by source_name, feed_name, period_name
            order by declared_order asc nulls first, published_seq asc
        ) > 1 as is_correction,
        case
            when period_name is not null
                then min(reached_date) over (
                    partition by source_name, feed_name, period_name
                    order by declared_order asc nulls first, published_seq asc
                    rows between 1 following and unbounded following
                )
        end as replaced_date
    from reached_in_periods

)

select * from int_sales_deliveries_dated
