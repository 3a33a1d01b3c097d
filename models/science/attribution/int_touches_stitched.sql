-- Who is not signed in is whoever signs in next on the same device, within the look-back; else the
-- device itself. Of the touches of a session one counts.
{%- set look_back = attribution_look_back_days() %}

with

touches_grouped as (

    select * from {{ ref('int_touches_grouped') }}

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
