-- The lines of an order add up to it, in every amount; neither is there without the other.
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

order_lines as (

    select * from {{ ref('fct_order_lines') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

lines_added_up as (

    select
        order_id,
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        count(*) as order_line_count
    from order_lines
    group by order_id

),

order_lines_add_up_to_orders as (

    select
        orders.order_id as order_id_of_orders,
        lines_added_up.order_id as order_id_of_lines
    from orders
    full outer join lines_added_up
        on orders.order_id = lines_added_up.order_id
    where
        orders.order_id is null
        or lines_added_up.order_id is null
        or orders.order_line_count != lines_added_up.order_line_count
        {%- for measure in measures %}
        or orders.{{ measure }} != lines_added_up.{{ measure }}
        {%- endfor %}

)

select * from order_lines_add_up_to_orders
