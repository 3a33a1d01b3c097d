{#- The odds whose logarithm is given: 0 where it is null, for what cannot be has none; cut
    where numbers overflow. -#}
{% macro lifetime_odds(log) -%}
    exp(least(coalesce({{ log }}, -700), 700))
{%- endmacro %}
