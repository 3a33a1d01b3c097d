{#- The config `partitions` is read before anybody knows the days, so the Jinja in it is rendered
here. The emulator takes a comment behind the last semicolon for a statement, so dbt's goes. -#}
{% macro bq_static_insert_overwrite_sql(
    tmp_relation,
    target_relation,
    sql,
    partition_by,
    partitions,
    dest_columns,
    tmp_relation_exists,
    copy_partitions
) -%}
    {%- set script = dbt.bq_static_insert_overwrite_sql(
        tmp_relation,
        target_relation,
        sql,
        partition_by,
        [render(partitions | join(", "))],
        dest_columns,
        tmp_relation_exists,
        copy_partitions
    ) -%}
    {{- return(script | replace("-- 2. clean up the temp table", "")) -}}
{%- endmacro %}
