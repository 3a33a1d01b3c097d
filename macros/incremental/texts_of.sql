{#- The first column of the rows of a query, as texts; none at parsing and on a full refresh. -#}
{% macro texts_of(query) -%}
    {%- set texts = [] -%}
    {%- if execute and is_incremental() -%}
        {%- for row in run_query(query) if row[0] is not none -%}
            {%- do texts.append(row[0] | string) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(texts) -}}
{%- endmacro %}
