-- What a journey ends in may still come where its last touch is younger than the look-back: then it
-- is not told yet.
{%- set look_back = attribution_look_back_days() %}

with

journeys as (

    select * from {{ ref('int_journeys_numbered') }}
    where is_order = 0

),

touches as (

    select * from {{ ref('int_touches_stitched') }}

),

business_dates as (

    select business_date from {{ ref('int_business_dates_chosen') }}

),

touches_on_journeys as (

    select
        {{ dbt.concat([
            "journeys.person_id",
            "' '",
            "cast(journeys.journey_number as " ~ dbt.type_string() ~ ")",
        ]) }} as journey_id,
        journeys.person_id,
        journeys.order_id,
        journeys.ended_at,
        touches.touch_id,
        touches.channel_group,
        touches.is_direct,
        touches.campaign_id,
        touches.touched_at
    from journeys
    inner join touches
        on journeys.event_id = touches.touch_id
    inner join business_dates
        on journeys.order_id is not null
        or cast(journeys.ended_at as date)
        < {{ add_days("business_dates.business_date", -look_back) }}
    where
        {{ dbt.datediff('touches.touched_at', 'journeys.ended_at', 'second') }}
        <= touches.look_back_days * 86400

),

int_journeys_cut as (

    select
        journey_id,
        touch_id,
        order_id,
        channel_group,
        is_direct,
        campaign_id,
        touched_at,
        ended_at,
        row_number() over (
            partition by journey_id
            order by touched_at, touch_id
        ) as touch_position,
        count(*) over (partition by journey_id) as touch_count,
        substr({{ dbt.hash('person_id') }}, 1, 1) in ('0', '1', '2') as is_held_out
    from touches_on_journeys

)

select * from int_journeys_cut
