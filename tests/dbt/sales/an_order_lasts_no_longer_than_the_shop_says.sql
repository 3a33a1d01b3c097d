-- fct_orders looks for an order's lines no farther than the shop's setting longest_order_days.
with

orders as (

    select
        order_id,
        min(order_date) as first_date,
        max(order_date) as last_date
    from {{ ref('fct_order_lines') }}
    group by order_id

),

an_order_lasts_no_longer_than_the_shop_says as (

    select order_id
    from orders
    where {{ dbt.datediff('first_date', 'last_date', 'day') }} > {{ longest_order_days() }}

)

select * from an_order_lasts_no_longer_than_the_shop_says
