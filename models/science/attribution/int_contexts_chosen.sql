-- A context of two to four touches counts if 50 touches and a thousandth of all came in it: then at
-- most 1,000 of each length do.
with

touches as (

    select * from {{ ref('int_touches_in_context') }}

),

contexts as (

    {% for length in range(2, 5) -%}
    select context_{{ length }} as context from touches
    {{ "union all" if not loop.last }}
    {% endfor %}

),

touches_counted as (

    select count(*) as touch_count from touches

),

int_contexts_chosen as (

    select contexts.context
    from contexts
    cross join touches_counted
    where contexts.context is not null
    group by contexts.context, touches_counted.touch_count
    having count(*) >= 50 and count(*) * 1000 >= touches_counted.touch_count

)

select * from int_contexts_chosen
