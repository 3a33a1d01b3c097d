{#- How much a value is above what it is compared with, as a share of that; null where that is
nothing. -#}
{% macro growth_rate(value, compared) -%}
    cast(
        ({{ value }} - {{ compared }}) / nullif(abs({{ compared }}), 0)
        as {{ dbt.type_numeric() }}
    )
{%- endmacro %}
