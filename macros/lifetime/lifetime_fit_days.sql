{#- The days that a fit sees: as they are where the customers are few, else the nearest week up
    to two years, and every fourth up to ten. -#}
{% macro lifetime_fit_days(days, is_exact) -%}
    cast(
        case
            when {{ is_exact }} then least({{ days }}, 3640)
            when {{ days }} <= 728 then floor({{ days }} / 7.0 + 0.5) * 7
            else least(floor({{ days }} / 28.0 + 0.5) * 28, 3640)
        end as {{ dbt.type_bigint() }}
    )
{%- endmacro %}
