{#- The sum of a column of the look-ups of all features, in their order. -#}
{% macro churn_sum(column) -%}
    {%- set terms = [] -%}
    {%- for feature in churn_features() -%}
        {%- do terms.append(feature ~ "." ~ column) -%}
    {%- endfor -%}
    {{ terms | join(" + ") }}
{%- endmacro %}
