{#- dbt's own joins texts by ||, one operation inside the other; a function takes all at once, which
keeps long statements flat. Both are null where one of them is. -#}
{% macro bigquery__concat(fields) -%}
    concat({{ fields | join(", ") }})
{%- endmacro %}
