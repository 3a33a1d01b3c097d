with

stores as (

    select * from {{ ref('dim_stores') }}
    where store_id <> 'unknown'

),

first_orders as (

    select
        store_id,
        min(order_date) as first_order_date
    from {{ ref('fct_orders') }}
    group by store_id

),

int_stores_opened as (

    select
        stores.store_id,
        coalesce(stores.opened_date, first_orders.first_order_date) as opened_date,
        stores.closed_date
    from stores
    left join first_orders
        on stores.store_id = first_orders.store_id

)

select * from int_stores_opened
