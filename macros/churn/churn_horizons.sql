{#- The horizons of the propensity to buy again, in weeks. -#}
{% macro churn_horizons() -%}
    {{- return([4, 13]) -}}
{%- endmacro %}
