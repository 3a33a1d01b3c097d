{#- The wall clock of a time zone, which may be a column, at a UTC timestamp; slow, so for few rows
only: rows of facts take the offset from int_clocks_offset. -#}
{% macro local_time(expression, time_zone) -%}
    {{- return(adapter.dispatch("local_time", "onemart")(expression, time_zone)) -}}
{%- endmacro %}


{% macro duckdb__local_time(expression, time_zone) -%}
    (({{ expression }} at time zone 'UTC') at time zone {{ time_zone }})
{%- endmacro %}


{% macro bigquery__local_time(expression, time_zone) -%}
    datetime({{ expression }}, {{ time_zone }})
{%- endmacro %}
