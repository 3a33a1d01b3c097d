{#- What a change of net sales is decomposed into, in the order in which people read it. -#}
{% macro sales_effects() -%}
    {{- return(["customers", "frequency", "basket", "price", "promotion", "mix", "returns"]) -}}
{%- endmacro %}
