{% macro get_incremental_replace_touched_sql(arg_dict) -%}
    {{- return(adapter.dispatch("get_incremental_replace_touched_sql", "onemart")(arg_dict)) -}}
{%- endmacro %}


{#- Deletes by the touched days and not only by the new rows' keys: a day that has become empty has
no new rows to name it. The predicates of the model may read days_touched. -#}
{% macro default__get_incremental_replace_touched_sql(arg_dict) -%}
    {%- set target_relation = arg_dict["target_relation"] -%}
    {%- set temp_relation = arg_dict["temp_relation"] -%}
    {%- set predicates = arg_dict["incremental_predicates"] | list -%}
    {%- set columns = get_quoted_csv(arg_dict["dest_columns"] | map(attribute="name")) -%}
    {%- if arg_dict["unique_key"] -%}
        {%- set unique_key = arg_dict["unique_key"] -%}
        {%- set new_keys = "(select " ~ unique_key ~ " from " ~ temp_relation ~ ")" -%}
        {%- do predicates.append(unique_key ~ " in " ~ new_keys) -%}
    {%- endif -%}
    with

    days_touched as (

        {{ days_touched() }}

    )

    delete from {{ target_relation }}
    where
        {{ predicates | join("\n        or ") }};

    insert into {{ target_relation }} ({{ columns }})
    select {{ columns }} from {{ temp_relation }}
{%- endmacro %}
