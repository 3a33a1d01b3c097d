{% macro create_model_builds() -%}
    {%- set model_builds = ops_relation("model_builds") -%}
    {%- if execute and flags.WHICH in ("build", "run", "seed", "snapshot", "test") -%}
        {%- do adapter.create_schema(model_builds.without_identifier()) -%}
        {%- call statement("create_model_builds", auto_begin=true) -%}
            create table if not exists {{ model_builds }} (
                model_name {{ dbt.type_string() }},
                published_seq {{ dbt.type_bigint() }},
                built_at {{ dbt.type_timestamp() }}
            )
        {%- endcall -%}
    {%- endif -%}
{%- endmacro %}
