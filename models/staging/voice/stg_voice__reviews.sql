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
        is_verified
    from reviews

)

select * from stg_voice__reviews
