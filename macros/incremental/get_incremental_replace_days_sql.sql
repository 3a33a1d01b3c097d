{#- What insert_overwrite does on BigQuery: all rows of the replaced days go, also of days that have
no new rows, and the new rows come. The predicates name the days in Jinja, rendered only here. -#}
{% macro get_incremental_replace_days_sql(arg_dict) -%}
    {%- set columns = get_quoted_csv(arg_dict["dest_columns"] | map(attribute="name")) -%}
    delete from {{ arg_dict["target_relation"] }}
    where {{ render(arg_dict["incremental_predicates"] | join(" and ")) }};

    insert into {{ arg_dict["target_relation"] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict["temp_relation"] }}
{%- endmacro %}
