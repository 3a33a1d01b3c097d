with

customers as (

    select * from {{ source('commerce', 'customers') }}

),

stg_commerce__customer_versions as (

    select
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        changed_at,
        created_at,
        email_hmac as email_hash,
        phone_hmac as phone_hash,
        loyalty_id_hmac as loyalty_id_hash,
        city,
        state,
        country_code,
        home_store_id,
        accepts_marketing as has_marketing_consent,
        is_deleted,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line
    from customers

)

select * from stg_commerce__customer_versions
