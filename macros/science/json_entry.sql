{#- SQL of an entry of a JSON object: a name and a whole number, null where it is null. Quotes and
    backslashes of the name are told as ' and /. -#}
{% macro json_entry(name, number) -%}
    {{- dbt.concat([
        "'\"'",
        "replace(replace(" ~ name ~ ", '\"', chr(39)), chr(92), '/')",
        "'\": '",
        "coalesce(cast(cast(" ~ number ~ " as " ~ dbt.type_bigint() ~ ") as "
        ~ dbt.type_string() ~ "), 'null')",
    ]) -}}
{%- endmacro %}
