{#- How many pairs of features a scorecard can have, as onemart.science.churn.ebm fits them. -#}
{% macro churn_pair_count() -%}
    {{- return(3) -}}
{%- endmacro %}
