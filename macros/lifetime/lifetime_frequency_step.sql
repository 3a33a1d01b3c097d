{#- The step that a count of purchases stands on in the tables of the models: each up to 200,
    tens up to 1,000, hundreds up to 5,000. -#}
{% macro lifetime_frequency_step(count) -%}
    cast(
        case
            when {{ count }} <= 200 then {{ count }}
            when {{ count }} <= 1000 then floor({{ count }} / 10.0 + 0.5) * 10
            else least(floor({{ count }} / 100.0 + 0.5) * 100, 5000)
        end as {{ dbt.type_bigint() }}
    )
{%- endmacro %}
