{% macro utc_now() -%}
    {{- return(adapter.dispatch("utc_now", "onemart")()) -}}
{%- endmacro %}


{% macro duckdb__utc_now() -%}
    cast((current_timestamp at time zone 'UTC') as timestamp)
{%- endmacro %}


{% macro bigquery__utc_now() -%}
    current_timestamp()
{%- endmacro %}
