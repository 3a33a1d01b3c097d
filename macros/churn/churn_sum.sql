{#- The sum of a column of the look-ups of some features, in their order. -#}
{% macro churn_sum(column, features) -%}
    {%- set terms = [] -%}
    {%- for feature in features -%}
        {%- do terms.append(feature ~ "." ~ column) -%}
    {%- endfor -%}
    {{ terms | join(" + ") }}
{%- endmacro %}
