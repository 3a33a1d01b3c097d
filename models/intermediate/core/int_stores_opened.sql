with

stores_named as (

    select * from {{ ref('int_stores_named') }}

),

store_versions as (

    select * from {{ ref('int_stores_versioned') }}
    where is_current

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
        stores_named.store_id,
        coalesce(store_versions.opened_date, first_orders.first_order_date) as opened_date,
        store_versions.closed_date
    from stores_named
    left join store_versions
        on stores_named.store_id = store_versions.store_id
    left join first_orders
        on stores_named.store_id = first_orders.store_id

)

select * from int_stores_opened
