{#- The step that a number of days stands on in the tables of the models: each up to two years,
    the nearest week up to ten years. -#}
{% macro lifetime_day_step(days) -%}
    cast(
        case
            when {{ days }} <= 728 then {{ days }}
            else least(floor({{ days }} / 7.0 + 0.5) * 7, 3640)
        end as {{ dbt.type_bigint() }}
    )
{%- endmacro %}
