-- Whoever buys for the first time is new, unless by then a key of a person already showed that it
-- is somebody who had bought before. What shows later makes one person of two customers, yet moves
-- nobody's cohort: figures of new customers stay as they were reported.
with

orders as (

    select * from {{ ref('fct_orders') }}
    where has_sale and customer_id <> 'unknown'

),

keys_linked as (

    select * from {{ ref('int_customer_keys_linked') }}
    where is_of_person

),

first_orders as (

    select
        customer_id,
        min(ordered_at) as first_ordered_at,
        min(order_date) as first_order_date
    from orders
    group by customer_id

),

links_dated as (

    select
        keys_linked.customer_id,
        keys_linked.link_key,
        keys_linked.first_seen_at,
        first_orders.first_ordered_at,
        first_orders.first_order_date
    from keys_linked
    inner join first_orders
        on keys_linked.customer_id = first_orders.customer_id

),

bought_before as (

    select
        these.customer_id,
        min(others.first_order_date) as first_order_date
    from links_dated as these
    inner join links_dated as others
        on these.link_key = others.link_key
        and these.customer_id <> others.customer_id
        and these.first_ordered_at > others.first_ordered_at
        and these.first_ordered_at >= these.first_seen_at
        and these.first_ordered_at >= others.first_seen_at
    group by these.customer_id

),

int_customer_cohorts_frozen as (

    select
        first_orders.customer_id,
        first_orders.first_order_date,
        coalesce(bought_before.first_order_date, first_orders.first_order_date) as cohort_date,
        bought_before.customer_id is null as is_new_person
    from first_orders
    left join bought_before
        on first_orders.customer_id = bought_before.customer_id

)

select * from int_customer_cohorts_frozen
