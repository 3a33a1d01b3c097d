-- Whole numbers between 0 and the largest value that the seed gives a feature, so that a scorecard
-- has few values to tell of. A share or mean is rounded to the nearest, by whole numbers only.
{%- set shares = {
    "gap_change_percent": (
        "100 * recent_gap_days * (order_count - 1)", "gap_days * (orders_26_weeks_count - 1)"
    ),
    "overdue_percent": ("100 * recency_day_count * (order_count - 1)", "gap_days"),
    "order_gap_day_count": ("gap_days", "order_count - 1"),
    "recent_order_gap_day_count": ("recent_gap_days", "orders_26_weeks_count - 1"),
    "order_value": (
        "cast(greatest(100 * net_sales_52_weeks_amount, 0) as " ~ dbt.type_bigint() ~ ")",
        "100 * orders_52_weeks_count"
    ),
    "return_percent": ("100 * returns_52_weeks_count", "orders_52_weeks_count"),
    "online_percent": ("100 * online_52_weeks_count", "orders_52_weeks_count"),
    "discounted_percent": ("100 * discounted_line_count", "line_count"),
    "stock_out_percent": ("100 * coalesce(stock_out_count, 0)", "orders_26_weeks_count"),
    "contact_percent": ("100 * coalesce(contact_count, 0)", "orders_26_weeks_count"),
} -%}
{%- set counted = {
    "tenure_week_count": "floor(age_day_count / 7.0)",
    "active_26_weeks_count": "bit_count(active_weeks)",
    "active_8_weeks_count": "bit_count(active_weeks & 255)",
} %}

with

orders as (

    select
        *,
        age_day_count - recency_day_count as gap_days,
        age_26_weeks_day_count - recency_day_count as recent_gap_days
    from {{ ref('int_churn_orders_counted') }}
    where order_count > 0

),

lines as (

    select * from {{ ref('int_churn_lines_counted') }}

),

events as (

    select * from {{ ref('int_churn_events_counted') }}

),

largest_values as (

    select
        {%- for feature in churn_features() %}
        max(case when feature_name = '{{ feature }}' then largest_value end) as {{ feature }},
        {%- endfor %}
        count(*) as feature_count
    from {{ ref('churn_features') }}

),

customers_counted as (

    select
        orders.*,
        lines.category_count,
        lines.store_count,
        lines.line_count,
        lines.discounted_line_count,
        events.stock_out_count,
        events.contact_count
    from orders
    left join lines
        on orders.customer_id = lines.customer_id
        and orders.cut_off_date = lines.cut_off_date
    left join events
        on orders.customer_id = events.customer_id
        and orders.cut_off_date = events.cut_off_date

),

features_computed as (

    select
        {%- for feature in churn_features() %}
        {{
            rounded_share(*shares[feature]) if feature in shares
            else counted.get(feature, feature)
        }} as {{ feature }},
        {%- endfor %}
        customer_id,
        cut_off_date
    from customers_counted

),

int_churn_features as (

    select
        {%- for feature in churn_features() %}
        cast(
            case
                when features_computed.{{ feature }} > largest_values.{{ feature }}
                    then largest_values.{{ feature }}
                else features_computed.{{ feature }}
            end as {{ dbt.type_bigint() }}
        ) as {{ feature }},
        {%- endfor %}
        features_computed.customer_id,
        features_computed.cut_off_date
    from features_computed
    cross join largest_values

)

select * from int_churn_features
