-- A context ends with the touch; it is null where the journey has not so many touches yet.
{%- set on_journey = "over (partition by journey_id order by touch_position)" %}

with

touches as (

    select * from {{ ref('int_journeys_cut') }}

),

int_touches_in_context as (

    select
        touch_position,
        is_held_out,
        channel_group as context_1,
        {%- for length in range(2, 5) %}
        {%- set channels = [] %}
        {%- for place in range(length - 1, 0, -1) %}
        {%- do channels.extend(["lag(channel_group, " ~ place ~ ") " ~ on_journey, "' > '"]) %}
        {%- endfor %}
        {{ dbt.concat(channels + ["channel_group"]) }} as context_{{ length }},
        {%- endfor %}
        coalesce(
            lead(channel_group) {{ on_journey }},
            case when order_id is null then '(null)' else '(conversion)' end
        ) as next_step
    from touches

)

select * from int_touches_in_context
