{#- Key of a version: what it is a version of, and the second from which it holds. -#}
{% macro version_id(key, changed_at) -%}
    {%- set seconds = dbt.datediff("cast('1970-01-01' as date)", changed_at, "second") -%}
    {{ dbt.concat([key, "'@'", "cast(" ~ seconds ~ " as " ~ dbt.type_string() ~ ")"]) }}
{%- endmacro %}
