{% macro generate_schema_name(custom_schema_name, node) -%}
    {{- adapter.dispatch("generate_schema_name", "onemart")(custom_schema_name, node) -}}
{%- endmacro %}


{% macro default__generate_schema_name(custom_schema_name, node) -%}
    {{- (custom_schema_name or target.schema) | trim -}}
{%- endmacro %}


{#- Datasets of all shops share one project there, so each carries its shop's prefix. -#}
{% macro bigquery__generate_schema_name(custom_schema_name, node) -%}
    {{- target.schema ~ ("_" ~ custom_schema_name | trim if custom_schema_name else "") -}}
{%- endmacro %}
