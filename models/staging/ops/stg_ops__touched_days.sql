with

touched_days as (

    select * from {{ source('ops', 'touched_days') }}

),

stg_ops__touched_days as (

    select
        delivery_id,
        cast(published_seq as {{ dbt.type_bigint() }}) as published_seq,
        source as source_name,
        feed as feed_name,
        day as touched_utc_date
    from touched_days

)

select * from stg_ops__touched_days
