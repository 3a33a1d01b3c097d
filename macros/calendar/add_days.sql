{#- The date `days` after `date`, as a date: dbt's dateadd returns a timestamp. -#}
{% macro add_days(date, days) -%}
    cast({{ dbt.dateadd("day", "(" ~ days ~ ")", date) }} as date)
{%- endmacro %}
