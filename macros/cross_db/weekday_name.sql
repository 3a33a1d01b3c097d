{#- The English name of a date's weekday, such as Monday. -#}
{% macro weekday_name(date) -%}
    {{- return(adapter.dispatch("weekday_name", "onemart")(date)) -}}
{%- endmacro %}


{% macro duckdb__weekday_name(date) -%}
    dayname({{ date }})
{%- endmacro %}


{% macro bigquery__weekday_name(date) -%}
    format_date('%A', {{ date }})
{%- endmacro %}
