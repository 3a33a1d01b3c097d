{#- The days, as texts, whose order lines or costs of orders may differ from the last build's. -#}
{% macro days_recosted() -%}
    {%- set feeds = ["orders", "payments", "shipments"] -%}
    {{- return(days_touched() + days_touched(ref("int_order_days_touched"), feeds=feeds)) -}}
{%- endmacro %}
