{#- The wall clock of a time zone, which may be a column, at a UTC timestamp; slow, so for few rows
only: rows of facts take the offset from int_clocks_offset. -#}
{% macro local_time(expression, time_zone) -%}
    {{- return(adapter.dispatch("local_time", "onemart")(expression, time_zone)) -}}
{%- endmacro %}


{% macro duckdb__local_time(expression, time_zone) -%}
    (({{ expression }} at time zone 'UTC') at time zone {{ time_zone }})
{%- endmacro %}


{#- DATETIME would say it in one word, but the emulator takes a column for a time of day there. -#}
{% macro bigquery__local_time(expression, time_zone) -%}
    cast(format_timestamp('%Y-%m-%d %H:%M:%S', {{ expression }}, {{ time_zone }}) as datetime)
{%- endmacro %}
