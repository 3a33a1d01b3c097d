{#- The columns of int_customer_lifetimes, which the steps of the forecast hand on. -#}
{% macro lifetime_columns() -%}
    {{- return([
        "customer_id", "fitted_for", "cutoff_date",
        "frequency_count", "recency_day_count", "age_day_count", "net_sales_amount",
        "later_purchase_count", "later_net_sales_amount",
    ]) -}}
{%- endmacro %}
