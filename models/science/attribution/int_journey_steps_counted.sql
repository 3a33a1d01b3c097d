-- What the chains are fitted on, bounded whatever the number of journeys. A context of two to four
-- touches counts if 50 touches and a thousandth of all came in it: then at most 1,000 of each
-- length do. A rarer one is shortened to its longest end that counts.
{%- set least_touch_count = 50 %}
{%- set largest_context_count = 1000 %}
{%- set longest = 4 %}

with

touches as (

    select * from {{ ref('int_journeys_cut') }}

),

touches_with_neighbours as (

    select
        journey_id,
        touch_position,
        is_held_out,
        channel_group as channel_group_1,
        {%- for length in range(2, longest + 1) %}
        lag(channel_group, {{ length - 1 }}) over (
            partition by journey_id
            order by touch_position
        ) as channel_group_{{ length }},
        {%- endfor %}
        coalesce(
            lead(channel_group) over (
                partition by journey_id
                order by touch_position
            ),
            case when order_id is null then '(null)' else '(conversion)' end
        ) as next_step
    from touches

),

-- A context is null where the journey has not so many touches yet.
touches_with_contexts as (

    select
        touch_position,
        is_held_out,
        channel_group_1 as context_1,
        {%- for length in range(2, longest + 1) %}
        {%- set parts = [] %}
        {%- for place in range(length, 0, -1) %}
        {%- do parts.append("channel_group_" ~ place) %}
        {%- do parts.append("' > '") if place > 1 %}
        {%- endfor %}
        {{ dbt.concat(parts) }} as context_{{ length }},
        {%- endfor %}
        next_step
    from touches_with_neighbours

),

touches_counted as (

    select count(*) as touch_count from touches

),

contexts_counted as (

    {% for length in range(2, longest + 1) -%}
    select
        context_{{ length }} as context,
        count(*) as touch_count
    from touches_with_contexts
    where context_{{ length }} is not null
    group by context_{{ length }}
    {{ "union all" if not loop.last }}
    {% endfor %}

),

contexts as (

    select contexts_counted.context
    from contexts_counted
    inner join touches_counted
        on contexts_counted.touch_count >= {{ least_touch_count }}
        and contexts_counted.touch_count * {{ largest_context_count }}
        >= touches_counted.touch_count

),

touches_with_states as (

    select
        touches_with_contexts.touch_position,
        touches_with_contexts.is_held_out,
        touches_with_contexts.next_step,
        touches_with_contexts.context_1,
        contexts_2.context as context_2,
        contexts_3.context as context_3,
        contexts_4.context as context_4
    from touches_with_contexts
    left join contexts as contexts_2
        on touches_with_contexts.context_2 = contexts_2.context
    left join contexts as contexts_3
        on touches_with_contexts.context_3 = contexts_3.context
    left join contexts as contexts_4
        on touches_with_contexts.context_4 = contexts_4.context

),

steps as (

    {% for order in range(1, longest + 1) -%}
    {%- set contexts = [] -%}
    {%- for length in range(order, 0, -1) -%}
    {%- do contexts.append("context_" ~ length) -%}
    {%- endfor -%}
    select
        {{ order }} as markov_order,
        '' as context,
        context_1 as next_step,
        is_held_out
    from touches_with_states
    where touch_position = 1
    union all
    select
        {{ order }} as markov_order,
        coalesce({{ contexts | join(", ") }}, '') as context,
        next_step,
        is_held_out
    from touches_with_states
    {{ "union all" if not loop.last }}
    {% endfor %}

),

int_journey_steps_counted as (

    select
        cast(markov_order as {{ dbt.type_bigint() }}) as markov_order,
        context,
        next_step,
        sum(case when is_held_out then 0 else 1 end) as train_step_count,
        sum(case when is_held_out then 1 else 0 end) as holdout_step_count
    from steps
    group by markov_order, context, next_step

)

select * from int_journey_steps_counted
