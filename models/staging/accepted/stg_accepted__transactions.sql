with

transactions as (

    select * from {{ source('accepted', 'complete_journey__transactions') }}

),

stg_accepted__transactions as (

    select
        cast(household_id as {{ dbt.type_string() }}) as household_id,
        cast(basket_id as {{ dbt.type_string() }}) as basket_id,
        cast(sales_value as {{ dbt.type_numeric() }}) as sales_value_amount,
        cast(transaction_timestamp as {{ dbt.type_timestamp() }}) as transacted_at,
        transaction_timestamp as raw_event_time,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line
    from transactions

)

select * from stg_accepted__transactions
