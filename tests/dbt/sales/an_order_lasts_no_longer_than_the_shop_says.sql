-- fct_orders looks for an order's lines no farther than the shop's setting longest_order_days.
with

order_lines as (

    select * from {{ ref('fct_order_lines') }}

),

an_order_lasts_no_longer_than_the_shop_says as (

    select order_id
    from order_lines
    group by order_id
    having {{ dbt.datediff('min(order_date)', 'max(order_date)', 'day') }} > {{ longest_order_days() }}

)

select * from an_order_lasts_no_longer_than_the_shop_says
