with

conversions as (

    select
        conversions.order_id,
        conversions.ordered_at,
        coalesce(persons.person_id, conversions.customer_id) as person_id
    from {{ ref('int_conversions_valued') }} as conversions
    left join {{ ref('int_session_persons_chosen') }} as persons
        on conversions.session_id = persons.session_id

),

int_journey_events_unified as (

    select
        person_id,
        touch_id as event_id,
        cast(null as {{ dbt.type_string() }}) as order_id,
        touched_at as happened_at,
        0 as is_order
    from {{ ref('int_touches_stitched') }}
    union all
    select
        person_id,
        order_id as event_id,
        order_id,
        ordered_at as happened_at,
        1 as is_order
    from conversions
    where person_id != 'unknown'

)

select * from int_journey_events_unified
