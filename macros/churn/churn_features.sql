{#- Names of the features, as the seed churn_features has them, in the order of their sums. -#}
{% macro churn_features() -%}
    {{- return([
        "recency_day_count",
        "overdue_percent",
        "order_gap_day_count",
        "recent_order_gap_day_count",
        "gap_change_percent",
        "tenure_week_count",
        "order_count",
        "orders_4_weeks_count",
        "orders_13_weeks_count",
        "orders_13_weeks_before_count",
        "orders_52_weeks_count",
        "active_8_weeks_count",
        "active_26_weeks_count",
        "order_value",
        "return_percent",
        "online_percent",
        "category_count",
        "store_count",
        "discounted_percent",
        "stock_out_percent",
        "contact_percent",
    ]) -}}
{%- endmacro %}
