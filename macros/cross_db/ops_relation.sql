{% macro ops_relation(name) -%}
    {%- set schema = target.schema ~ "_ops" if target.type == "bigquery" else "ops" -%}
    {{- return(api.Relation.create(database=target.database, schema=schema, identifier=name)) -}}
{%- endmacro %}
