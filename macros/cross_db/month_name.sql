{#- The English name of a date's month, such as February. -#}
{% macro month_name(date) -%}
    {{- return(adapter.dispatch("month_name", "onemart")(date)) -}}
{%- endmacro %}


{% macro duckdb__month_name(date) -%}
    monthname({{ date }})
{%- endmacro %}


{% macro bigquery__month_name(date) -%}
    format_date('%B', {{ date }})
{%- endmacro %}
