{#- The amounts of order lines that add up over orders, days and hours. -#}
{% macro sales_amounts() -%}
    {{- return([
        "gross_sales_amount",
        "promotion_discount_amount",
        "loyalty_discount_amount",
        "offer_discount_amount",
        "coupon_match_discount_amount",
        "included_tax_amount",
        "net_sales_amount",
        "tax_amount",
        "deposit_amount",
        "manufacturer_coupon_amount",
        "shopper_paid_amount",
        "constant_net_sales_amount",
    ]) -}}
{%- endmacro %}
