with

stores as (

    select * from {{ ref('stg_complete_journey__stores') }}

),

order_lines as (

    select * from {{ ref('int_order_lines_unified') }}
    where store_id <> 'unknown'

),

promotions as (

    select * from {{ ref('stg_complete_journey__promotions') }}

),

int_stores_named as (

    select store_id from stores
    union distinct
    select store_id from order_lines
    union distinct
    select store_id from promotions

)

select * from int_stores_named
