{#- Whether a version of an order, of `orders`, had happened and was the known one at the end of
    the day `cutoff` of `cutoffs`. -#}
{% macro lifetime_known_on(cutoff) -%}
    orders.order_date <= cutoffs.{{ cutoff }}
    and {{ known_at("orders", "cutoffs." ~ cutoff) }}
{%- endmacro %}
