{#- The first day of the month that holds `date`, as a date. -#}
{% macro month_start(date) -%}
    cast({{ dbt.date_trunc("month", date) }} as date)
{%- endmacro %}
