{#-
    Configures a fact that is kept by day. `replaced` is the list of the days that an incremental
    build writes anew, in Jinja of its own: nobody knows them when configs are read.
-#}
{% macro by_day(column, cluster_by, replaced=none) -%}
    {%- if target.type == "bigquery" -%}
        {%- do config(
            partition_by={"field": column, "data_type": "date"},
            cluster_by=cluster_by,
            partitions=[replaced] if replaced else none,
        ) -%}
    {%- elif replaced -%}
        {%- do config(incremental_predicates=[column ~ " in (" ~ replaced ~ ")"]) -%}
    {%- endif -%}
{%- endmacro %}
