{% macro wall_clock_to_utc(expression, time_zone) -%}
    {{- return(adapter.dispatch("wall_clock_to_utc", "onemart")(expression, time_zone)) -}}
{%- endmacro %}


{% macro duckdb__wall_clock_to_utc(expression, time_zone) -%}
    (({{ expression }} at time zone '{{ time_zone }}') at time zone 'UTC')
{%- endmacro %}


{% macro bigquery__wall_clock_to_utc(expression, time_zone) -%}
    timestamp(cast({{ expression }} as datetime), '{{ time_zone }}')
{%- endmacro %}
