{#- Whether a version of an order, of `orders`, had happened and was the known one at the end of
    the day `cutoff` of `cutoffs`. -#}
{% macro lifetime_known_on(cutoff) -%}
    orders.order_date <= cutoffs.{{ cutoff }}
    and orders.known_from_date <= cutoffs.{{ cutoff }}
    and coalesce(orders.known_to_date > cutoffs.{{ cutoff }}, true)
{%- endmacro %}
