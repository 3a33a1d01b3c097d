{#- The whole weeks that a number of days is nearest to, up to ten years. -#}
{% macro lifetime_week_step(days) -%}
    cast(least(floor({{ days }} / 7.0 + 0.5), 520) as {{ dbt.type_bigint() }})
{%- endmacro %}
