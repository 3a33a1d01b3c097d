with

int_feeds_scheduled as (

    {% for source_name, feed_name, owner_name, late_after_hours in feed_schedules() -%}
    select
        '{{ source_name }}' as source_name,
        '{{ feed_name }}' as feed_name,
        '{{ owner_name }}' as owner_name,
        cast({{ (late_after_hours * 60) | int }} as {{ dbt.type_bigint() }})
            as late_after_minute_count
    {{ "union all" if not loop.last }}
    {% else -%}
    select
        cast(null as {{ dbt.type_string() }}) as source_name,
        cast(null as {{ dbt.type_string() }}) as feed_name,
        cast(null as {{ dbt.type_string() }}) as owner_name,
        cast(null as {{ dbt.type_bigint() }}) as late_after_minute_count
    {% endfor %}

)

select * from int_feeds_scheduled
