{#- The condition that a version was the known one at the end of `date`. -#}
{% macro known_at(versions, date) -%}
    {{ versions }}.known_from_date <= {{ date }}
        and ({{ versions }}.known_to_date is null or {{ versions }}.known_to_date > {{ date }})
{%- endmacro %}
