{% macro to_reporting_hour(expression) -%}
    {{- return(adapter.dispatch("to_reporting_hour", "onemart")(expression)) -}}
{%- endmacro %}


{% macro duckdb__to_reporting_hour(expression) -%}
    extract(
        hour from (({{ expression }} at time zone 'UTC') at time zone '{{ reporting_time_zone() }}')
    )
{%- endmacro %}


{% macro bigquery__to_reporting_hour(expression) -%}
    extract(hour from {{ expression }} at time zone '{{ reporting_time_zone() }}')
{%- endmacro %}
