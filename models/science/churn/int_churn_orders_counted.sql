-- One pass over the orders of whoever is observed. A week with an order is a bit, so that weeks
-- are counted once, however many orders they hold.
{%- set windows = {
    "orders_4_weeks_count": (0, 28),
    "orders_13_weeks_count": (0, 91),
    "orders_13_weeks_before_count": (91, 182),
    "orders_26_weeks_count": (0, 182),
    "orders_52_weeks_count": (0, 364),
} %}

with

observed as (

    select * from {{ ref('int_churn_customers_observed') }}

),

orders as (

    select * from {{ ref('int_churn_orders_known') }}

),

orders_aged as (

    select
        observed.customer_id,
        observed.cut_off_date,
        orders.has_sale,
        orders.has_return,
        orders.is_online,
        orders.net_sales_amount,
        {{ dbt.datediff("orders.order_date", "observed.cut_off_date", "day") }} as age
    from observed
    inner join orders
        on observed.customer_id = orders.customer_id
        and {{ known_at("orders", "observed.cut_off_date") }}

),

int_churn_orders_counted as (

    select
        customer_id,
        cut_off_date,
        min(case when has_sale then age end) as recency_day_count,
        max(case when has_sale then age end) as age_day_count,
        sum(case when has_sale then 1 else 0 end) as order_count,
        {%- for name, (from_age, before_age) in windows.items() %}
        sum(
            case
                when has_sale and age >= {{ from_age }} and age < {{ before_age }} then 1
                else 0
            end
        ) as {{ name }},
        {%- endfor %}
        max(case when has_sale and age < 182 then age end) as age_26_weeks_day_count,
        bit_or(
            case
                when has_sale and age < 182
                    then cast(1 as {{ dbt.type_bigint() }}) << cast(floor(age / 7.0) as int)
                else 0
            end
        ) as active_weeks,
        sum(case when has_sale and is_online and age < 364 then 1 else 0 end)
            as online_52_weeks_count,
        sum(case when has_return and age < 364 then 1 else 0 end) as returns_52_weeks_count,
        sum(case when has_sale and age < 364 then net_sales_amount else 0 end)
            as net_sales_52_weeks_amount
    from orders_aged
    group by customer_id, cut_off_date

)

select * from int_churn_orders_counted
