{#- A part of a whole, rounded to the nearest whole number; null of nothing. -#}
{% macro rounded_share(part, whole) -%}
    floor(({{ part }}) / nullif({{ whole }}, 0) + 0.5)
{%- endmacro %}
