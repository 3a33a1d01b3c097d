{#- The name of an hour, such as `2017-01-01 09`. -#}
{% macro hour_name(day_name, hour) -%}
    concat({{ day_name }}, ' ', lpad(cast({{ hour }} as {{ dbt.type_string() }}), 2, '0'))
{%- endmacro %}
