with

stores as (

    select * from {{ source('complete_journey', 'stores') }}

),

stg_complete_journey__stores as (

    select
        cast(store_id as {{ dbt.type_string() }}) as store_id,
        first_transaction_date,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from stores

)

select * from stg_complete_journey__stores
