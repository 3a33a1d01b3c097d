{#- A contract's types as a query without rows. -#}
{% macro bigquery__get_empty_schema_sql(columns) -%}
    {%- set empty_schema = dbt.bigquery__get_empty_schema_sql(columns) -%}
    {%- if lacks("decimal_parameters") -%}
        {%- set pattern = "numeric\\([0-9, ]+\\)" -%}
        {%- set empty_schema = modules.re.sub(pattern, "numeric", empty_schema) -%}
    {%- endif -%}
    {{- return(empty_schema) -}}
{%- endmacro %}
