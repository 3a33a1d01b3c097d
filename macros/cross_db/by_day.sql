{#-
    The config of a fact that is kept by day. `replaced` is the list of the days that an incremental
    build writes anew, in Jinja of its own: nobody knows them when configs are read.
-#}
{% macro by_day(column, cluster_by, replaced=none) -%}
    {{- return(adapter.dispatch("by_day", "onemart")(column, cluster_by, replaced)) -}}
{%- endmacro %}


{% macro duckdb__by_day(column, cluster_by, replaced) -%}
    {%- set replaced_rows = [column ~ " in (" ~ replaced ~ ")"] -%}
    {{- return({"incremental_predicates": replaced_rows} if replaced else {}) -}}
{%- endmacro %}


{% macro bigquery__by_day(column, cluster_by, replaced) -%}
    {%- set layout = {
        "partition_by": {"field": column, "data_type": "date"},
        "cluster_by": cluster_by,
    } -%}
    {%- if replaced -%}
        {%- do layout.update({"partitions": [replaced]}) -%}
    {%- endif -%}
    {{- return(layout) -}}
{%- endmacro %}
