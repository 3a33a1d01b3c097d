{#- Of 64 bits, as on BigQuery: DuckDB's own `float` has 32. -#}
{% macro duckdb__type_float() -%}
    double
{%- endmacro %}
