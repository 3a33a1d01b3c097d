with

int_stores_named as (

    select store_id from {{ ref('stg_complete_journey__stores') }}
    union distinct
    select store_id from {{ ref('int_stores_versioned') }}
    union distinct
    select store_id from {{ ref('fct_orders') }}
    where store_id <> 'unknown'
    union distinct
    select store_id from {{ ref('stg_complete_journey__promotions') }}

)

select * from int_stores_named
