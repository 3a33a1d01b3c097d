with

stores_named as (

    select * from {{ ref('int_stores_named') }}

),

stores as (

    select * from {{ ref('stg_complete_journey__stores') }}

),

dim_stores as (

    select
        stores_named.store_id,
        cast(stores.first_transaction_date as date) as first_transaction_date,
        stores_named.store_id = 'online' as is_online,
        stores.store_id is null and stores_named.store_id <> 'online' as is_inferred
    from stores_named
    left join stores
        on stores_named.store_id = stores.store_id
    union all
    select
        'unknown' as store_id,
        cast(null as date) as first_transaction_date,
        false as is_online,
        false as is_inferred

)

select * from dim_stores
