-- A journey ends with an order, or when nothing follows within the look-back.
{%- set look_back = attribution_look_back_days() %}

with

events as (

    select * from {{ ref('int_journey_events_unified') }}

),

events_with_previous as (

    select
        *,
        lag(happened_at) over (
            partition by person_id
            order by happened_at, is_order, event_id
        ) as previous_at,
        lag(is_order) over (
            partition by person_id
            order by happened_at, is_order, event_id
        ) as previous_is_order
    from events

),

events_numbered as (

    select
        *,
        sum(
            case
                when previous_at is null or previous_is_order = 1 then 1
                when
                    {{ dbt.datediff('previous_at', 'happened_at', 'second') }}
                    > {{ look_back * 86400 }}
                    then 1
                else 0
            end
        ) over (
            partition by person_id
            order by happened_at, is_order, event_id
            rows between unbounded preceding and current row
        ) as journey_number
    from events_with_previous

),

int_journeys_numbered as (

    select
        person_id,
        event_id,
        is_order,
        happened_at,
        journey_number,
        max(order_id) over (partition by person_id, journey_number) as order_id,
        max(happened_at) over (partition by person_id, journey_number) as ended_at
    from events_numbered

)

select * from int_journeys_numbered
