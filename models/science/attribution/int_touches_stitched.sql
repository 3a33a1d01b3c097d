-- Who is not signed in is whoever signs in next on the same device, within the look-back; else the
-- device itself. Of the touches of a session one counts.
{%- set look_back = attribution_look_back_days() %}

with

touches as (

    select * from {{ ref('fct_touches') }}

),

business_dates as (

    select business_date from {{ ref('int_business_dates_chosen') }}

),

channel_groups as (

    select * from {{ ref('channel_groups') }}

),

touches_grouped as (

    select
        touches.touch_id,
        touches.visitor_id,
        touches.session_id,
        touches.campaign_id,
        touches.touched_at,
        touches.touched_date,
        nullif(touches.customer_id, 'unknown') as customer_id,
        case when touches.customer_id != 'unknown' then touches.touched_at end as signed_in_at,
        coalesce(channel_groups.channel_group, touches.channel) as channel_group,
        coalesce(channel_groups.is_direct, false) as is_direct,
        coalesce(channel_groups.session_rank, 1) as session_rank,
        least(coalesce(channel_groups.look_back_days, {{ look_back }}), {{ look_back }})
            as look_back_days
    from touches
    inner join business_dates
        on touches.touched_date <= business_dates.business_date
    left join channel_groups
        on touches.channel = channel_groups.channel
        and touches.is_click = channel_groups.is_click

),

touches_with_next_sign_in as (

    select
        *,
        first_value(customer_id ignore nulls) over (
            partition by visitor_id
            order by touched_at, touch_id
            rows between current row and unbounded following
        ) as next_customer_id,
        first_value(signed_in_at ignore nulls) over (
            partition by visitor_id
            order by touched_at, touch_id
            rows between current row and unbounded following
        ) as next_signed_in_at
    from touches_grouped

),

touches_with_person as (

    select
        *,
        case
            when
                {{ dbt.datediff('touched_at', 'next_signed_in_at', 'second') }}
                <= {{ look_back * 86400 }}
                then next_customer_id
            else {{ dbt.concat(["'visitor '", "visitor_id"]) }}
        end as person_id
    from touches_with_next_sign_in

),

touches_ranked as (

    select
        *,
        row_number() over (
            partition by person_id, session_id
            order by session_rank, touched_at, touch_id
        ) as place_in_session
    from touches_with_person

),

int_touches_stitched as (

    select
        touch_id,
        person_id,
        session_id,
        channel_group,
        is_direct,
        cast(look_back_days as {{ dbt.type_bigint() }}) as look_back_days,
        campaign_id,
        touched_at,
        touched_date
    from touches_ranked
    where place_in_session = 1

)

select * from int_touches_stitched
