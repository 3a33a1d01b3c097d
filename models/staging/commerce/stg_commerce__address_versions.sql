with

addresses as (

    select * from {{ source('commerce', 'addresses') }}

),

stg_commerce__address_versions as (

    select
        cast(address_id as {{ dbt.type_string() }}) as address_id,
        changed_at,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        address_kind,
        city,
        state,
        country_code
    from addresses

)

select * from stg_commerce__address_versions
