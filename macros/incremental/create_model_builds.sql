{#- The gate creates the table too; a warehouse that no gate has opened still builds. -#}
{% macro create_model_builds() -%}
    {%- set model_builds = ops_relation("model_builds") -%}
    {%- if execute -%}
        {%- do adapter.create_schema(model_builds.without_identifier()) -%}
        create table if not exists {{ model_builds }} (
            model_name {{ dbt.type_string() }},
            published_seq {{ dbt.type_bigint() }},
            built_at {{ dbt.type_timestamp() }}
        )
    {%- endif -%}
{%- endmacro %}
