{#- The predicates hold the config `partitions`, which is read before anybody knows the days: a
macro in it is rendered here, when the model runs. -#}
{% macro bigquery__get_insert_overwrite_merge_sql(
    target, source, dest_columns, predicates, include_sql_header=false
) -%}
    {%- set rendered = [] -%}
    {%- for predicate in predicates -%}
        {%- do rendered.append(render(predicate)) -%}
    {%- endfor -%}
    {{- return(dbt.default__get_insert_overwrite_merge_sql(
        target, source, dest_columns, rendered, include_sql_header
    )) -}}
{%- endmacro %}
