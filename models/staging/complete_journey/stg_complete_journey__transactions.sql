with

transactions as (

    select * from {{ source('complete_journey', 'transactions') }}

),

stg_complete_journey__transactions as (

    select
        cast(household_id as {{ dbt.type_string() }}) as household_id,
        cast(store_id as {{ dbt.type_string() }}) as store_id,
        cast(basket_id as {{ dbt.type_string() }}) as basket_id,
        cast(product_id as {{ dbt.type_string() }}) as product_id,
        cast(quantity as {{ dbt.type_bigint() }}) as quantity,
        cast(sales_value as {{ dbt.type_numeric() }}) as sales_value_amount,
        cast(retail_disc as {{ dbt.type_numeric() }}) as retail_discount_amount,
        cast(coupon_disc as {{ dbt.type_numeric() }}) as coupon_discount_amount,
        cast(coupon_match_disc as {{ dbt.type_numeric() }}) as coupon_match_discount_amount,
        cast(week as {{ dbt.type_bigint() }}) as week_number,
        cast(transaction_timestamp as {{ dbt.type_timestamp() }}) as transacted_at,
        transaction_timestamp as raw_event_time,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from transactions

)

select * from stg_complete_journey__transactions
