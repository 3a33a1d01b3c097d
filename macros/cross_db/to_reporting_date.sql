{% macro to_reporting_date(expression) -%}
    {{- return(adapter.dispatch("to_reporting_date", "onemart")(expression)) -}}
{%- endmacro %}


{% macro duckdb__to_reporting_date(expression) -%}
    cast((({{ expression }} at time zone 'UTC') at time zone '{{ reporting_time_zone() }}') as date)
{%- endmacro %}


{% macro bigquery__to_reporting_date(expression) -%}
    date({{ expression }}, '{{ reporting_time_zone() }}')
{%- endmacro %}
