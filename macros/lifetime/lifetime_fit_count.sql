{#- The count of purchases that a fit sees: as it is where the customers are few, else each up
    to 20, then fives, fifties and five hundreds. -#}
{% macro lifetime_fit_count(count, is_exact) -%}
    cast(
        case
            when {{ is_exact }} or {{ count }} <= 20 then least({{ count }}, 5000)
            when {{ count }} <= 100 then floor({{ count }} / 5.0 + 0.5) * 5
            when {{ count }} <= 1000 then floor({{ count }} / 50.0 + 0.5) * 50
            else least(floor({{ count }} / 500.0 + 0.5) * 500, 5000)
        end as {{ dbt.type_bigint() }}
    )
{%- endmacro %}
