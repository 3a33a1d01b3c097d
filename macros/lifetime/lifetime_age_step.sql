{#- The step that an age in weeks stands on in the table of ranges: each up to 8, then the
    nearest of 4, 8 and 26 apart, up to ten years. -#}
{% macro lifetime_age_step(weeks) -%}
    cast(
        case
            when {{ weeks }} <= 8 then {{ weeks }}
            when {{ weeks }} <= 32 then floor({{ weeks }} / 4.0 + 0.5) * 4
            when {{ weeks }} <= 104 then floor({{ weeks }} / 8.0 + 0.5) * 8
            else least(floor({{ weeks }} / 26.0 + 0.5) * 26, 520)
        end as {{ dbt.type_bigint() }}
    )
{%- endmacro %}
