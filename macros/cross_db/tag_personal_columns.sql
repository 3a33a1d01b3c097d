{#- Run at the end: columns of raw that their contract classes as PII get their policy tag. Models
get theirs with their descriptions. -#}
{% macro tag_personal_columns() -%}
    {{- return(adapter.dispatch("tag_personal_columns", "onemart")()) -}}
{%- endmacro %}


{% macro default__tag_personal_columns() -%}
{%- endmacro %}


{% macro bigquery__tag_personal_columns() -%}
    {%- if execute and flags.WHICH in ["build", "run"] and not lacks("policy_tags") -%}
        {%- for source in graph.sources.values() -%}
            {%- set tagged = policy_tagged(source.columns) -%}
            {%- set name = [source.database, source.schema, source.identifier] -%}
            {%- set relation = adapter.get_relation(*name) if tagged -%}
            {%- if relation and relation.is_table -%}
                {%- do adapter.update_columns(relation, tagged) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
