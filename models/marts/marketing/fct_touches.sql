-- A delivery touches UTC days, and a session that runs over midnight has its order on the next: so
-- a touched day rewrites the two around it, and looks for orders a day further.
{{ by_day(
    "touched_date",
    cluster_by=["channel", "customer_id"],
    replaced="{{ dates_of(days_touched(ref('stg_ops__touched_days'), 'touched_utc_date', "
    ~ "['touches', 'orders']), before=2, after=2) }}",
) }}
{%- set days = days_touched(
    ref('stg_ops__touched_days'), "touched_utc_date", ["touches", "orders"]
) %}

with

touches as (

    select
        *,
        {{ to_reporting_date('touched_at') }} as touched_date
    from {{ ref('stg_marketing__touches') }}
    {% if is_incremental() -%}
    where
        {{ in_days("touched_at", days, before=3, after=3, kind="timestamp") }}
        and {{ in_days(to_reporting_date("touched_at"), days, before=2, after=2) }}
    {%- endif %}

),

orders as (

    select * from {{ ref('stg_commerce__orders') }}
    where
        session_id is not null
        and not is_deleted
        {% if is_incremental() -%}
        and {{ in_days("ordered_at", days, before=4, after=4, kind="timestamp") }}
        {%- endif %}

),

first_orders_of_sessions as (

    select
        session_id,
        min(order_id) as order_id
    from orders
    group by session_id

),

fct_touches as (

    select
        touches.touch_id,
        touches.visitor_id,
        coalesce(touches.customer_id, 'unknown') as customer_id,
        touches.session_id,
        touches.channel,
        coalesce(touches.campaign_id, 'unknown') as campaign_id,
        touches.device_kind,
        touches.is_click,
        touches.page_view_count,
        first_orders_of_sessions.order_id,
        touches.touched_at,
        touches.touched_date
    from touches
    left join first_orders_of_sessions
        on touches.session_id = first_orders_of_sessions.session_id

)

select * from fct_touches
