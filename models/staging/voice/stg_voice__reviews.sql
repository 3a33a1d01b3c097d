with

reviews as (

    select * from {{ source('voice', 'reviews') }}

),

stg_voice__reviews as (

    select
        cast(review_id as {{ dbt.type_string() }}) as review_id,
        updated_at,
        reviewed_at,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        cast(order_id as {{ dbt.type_string() }}) as order_id,
        sku,
        rating,
        language_code,
        is_verified,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from reviews

)

select * from stg_voice__reviews
