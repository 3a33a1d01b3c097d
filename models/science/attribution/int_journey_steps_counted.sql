-- What the chains are fitted on, bounded whatever the number of journeys: a context that was not
-- chosen, being rare, is shortened to its longest end that was.
with

touches as (

    select * from {{ ref('int_touches_in_context') }}

),

contexts as (

    select * from {{ ref('int_contexts_chosen') }}

),

touches_with_states as (

    select
        touches.touch_position,
        touches.is_held_out,
        touches.next_step,
        touches.context_1,
        contexts_2.context as context_2,
        contexts_3.context as context_3,
        contexts_4.context as context_4
    from touches
    left join contexts as contexts_2
        on touches.context_2 = contexts_2.context
    left join contexts as contexts_3
        on touches.context_3 = contexts_3.context
    left join contexts as contexts_4
        on touches.context_4 = contexts_4.context

),

steps as (

    {% for order in range(1, 5) -%}
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
