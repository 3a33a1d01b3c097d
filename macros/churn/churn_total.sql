{#- The sum of a column over batches of features, whose first ones name their parts. -#}
{% macro churn_total(column, batches) -%}
    {%- set parts = [] -%}
    {%- for batch in batches -%}
        {%- do parts.append(column ~ "_" ~ batch[0]) -%}
    {%- endfor -%}
    {{ parts | join(" + ") }}
{%- endmacro %}
