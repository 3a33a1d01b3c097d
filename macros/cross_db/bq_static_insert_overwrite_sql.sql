{#- dbt's script to replace partitions, but the config `partitions` is rendered here, since nobody
knows the days when configs are read, and the column stands alone, so that BigQuery can prune. -#}
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
    {%- set days = render(partitions | join(", ")) -%}
    {%- set is_replaced = "DBT_INTERNAL_DEST." ~ partition_by.field ~ " in (" ~ days ~ ")" -%}
    {%- set new_rows = bq_static_select_insert_overwrite_sql(
        tmp_relation, sql, partition_by, tmp_relation_exists
    ) -%}
    {{ get_insert_overwrite_merge_sql(
        target_relation, new_rows, dest_columns, [is_replaced], not tmp_relation_exists
    ) }};
    {{ "drop table if exists " ~ tmp_relation if tmp_relation_exists }}
{%- endmacro %}
