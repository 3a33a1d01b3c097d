-- Several people can be seen in one session, on a device they share: it is the one's who was there
-- last.
with

touches as (

    select
        *,
        row_number() over (
            partition by session_id
            order by touched_at desc, touch_id desc
        ) as recency
    from {{ ref('int_touches_stitched') }}

),

int_session_persons_chosen as (

    select
        session_id,
        person_id
    from touches
    where recency = 1

)

select * from int_session_persons_chosen
