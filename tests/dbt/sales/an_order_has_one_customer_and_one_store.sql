-- What fct_orders relies on when it takes the customer and the store of any line.
with

order_lines as (

    select * from {{ ref('fct_order_lines') }}

),

an_order_has_one_customer_and_one_store as (

    select order_id
    from order_lines
    group by order_id
    having min(customer_id) != max(customer_id) or min(store_id) != max(store_id)

)

select * from an_order_has_one_customer_and_one_store
