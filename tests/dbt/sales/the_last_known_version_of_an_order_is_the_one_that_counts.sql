-- Versions are added up from raw, orders from what counts now: the last version is both.
with

orders as (

    select * from {{ ref('fct_orders') }}

),

versions as (

    select * from {{ ref('int_orders_revised') }}
    where known_to_date is null

),

the_last_known_version_of_an_order_is_the_one_that_counts as (

    select
        versions.order_id,
        versions.net_sales_amount,
        orders.net_sales_amount as counted_amount
    from versions
    left join orders
        on versions.order_id = orders.order_id
    where
        versions.net_sales_amount <> coalesce(orders.net_sales_amount, 0)
        or versions.has_sale <> coalesce(orders.has_sale, false)
        or versions.has_return <> coalesce(orders.has_return, false)

)

select * from the_last_known_version_of_an_order_is_the_one_that_counts
