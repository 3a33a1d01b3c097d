-- A journey ends with an order, or when nothing follows within the look-back.
{%- set look_back = attribution_look_back_days() %}

with

touches as (

    select * from {{ ref('int_touches_stitched') }}

),

conversions as (

    select * from {{ ref('int_conversions_valued') }}

),

-- Several people can be seen in one session, on a device they share: the order is the one's who was
-- there last.
persons_of_sessions as (

    select
        session_id,
        person_id,
        row_number() over (
            partition by session_id
            order by touched_at desc, touch_id desc
        ) as recency
    from touches

),

events as (

    select
        person_id,
        touch_id as event_id,
        cast(null as {{ dbt.type_string() }}) as order_id,
        touched_at as happened_at,
        0 as is_order
    from touches
    union all
    select
        coalesce(persons_of_sessions.person_id, conversions.customer_id) as person_id,
        conversions.order_id as event_id,
        conversions.order_id,
        conversions.ordered_at as happened_at,
        1 as is_order
    from conversions
    left join persons_of_sessions
        on conversions.session_id = persons_of_sessions.session_id
        and persons_of_sessions.recency = 1
    where coalesce(persons_of_sessions.person_id, conversions.customer_id) != 'unknown'

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
