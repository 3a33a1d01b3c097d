with

stores as (

    select * from {{ ref('stg_complete_journey__stores') }}

),

store_versions as (

    select * from {{ ref('int_stores_versioned') }}

),

orders as (

    select * from {{ ref('fct_orders') }}
    where store_id <> 'unknown'

),

promotions as (

    select * from {{ ref('stg_complete_journey__promotions') }}

),

int_stores_named as (

    select store_id from stores
    union distinct
    select store_id from store_versions
    union distinct
    select store_id from orders
    union distinct
    select store_id from promotions

)

select * from int_stores_named
