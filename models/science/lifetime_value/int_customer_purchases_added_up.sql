-- One pass over the orders for both cut-offs, and for what came between them.
{%- set purposes = ["forecast", "calibration"] %}

with

orders as (

    select * from {{ ref('int_lifetime_orders_known') }}

),

int_customer_purchases_added_up as (

    select
        customer_id,
        {%- for purpose in purposes %}
        min({{ purpose }}_purchase_date) as {{ purpose }}_first_purchase_date,
        max({{ purpose }}_purchase_date) as {{ purpose }}_last_purchase_date,
        count({{ purpose }}_purchase_date) as {{ purpose }}_purchase_count,
        cast(sum({{ purpose }}_net_sales_amount) as {{ dbt.type_numeric() }})
            as {{ purpose }}_net_sales_amount,
        {%- endfor %}
        count(case when is_later then forecast_purchase_date end) as later_purchase_count,
        cast(
            coalesce(sum(case when is_later then forecast_net_sales_amount end), 0)
            as {{ dbt.type_numeric() }}
        ) as later_net_sales_amount
    from orders
    group by customer_id

)

select * from int_customer_purchases_added_up
