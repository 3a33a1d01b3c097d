-- Orders and daily sales of a store agree over all days. By day they can differ: an order that runs
-- over midnight stands on its first day, its lines stand on their own.
{%- set measures = [
    "unit_count",
    "gross_sales_amount",
    "loyalty_discount_amount",
    "coupon_match_discount_amount",
    "net_sales_amount",
    "manufacturer_coupon_amount",
    "shopper_paid_amount",
] %}

with

orders as (

    select * from {{ ref('fct_orders') }}

),

sales_daily as (

    select * from {{ ref('fct_sales_daily') }}

),

orders_by_store as (

    select
        store_id,
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        sum(order_line_count) as order_line_count
    from orders
    group by store_id

),

sales_by_store as (

    select
        store_id,
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        sum(order_line_count) as order_line_count
    from sales_daily
    group by store_id

),

orders_add_up_to_daily_sales as (

    select
        orders_by_store.store_id as store_id_of_orders,
        sales_by_store.store_id as store_id_of_sales
    from orders_by_store
    full outer join sales_by_store
        on orders_by_store.store_id = sales_by_store.store_id
    where
        orders_by_store.store_id is null
        or sales_by_store.store_id is null
        or orders_by_store.order_line_count != sales_by_store.order_line_count
        {%- for measure in measures %}
        or orders_by_store.{{ measure }} != sales_by_store.{{ measure }}
        {%- endfor %}

)

select * from orders_add_up_to_daily_sales
