with

customers_versioned as (

    select * from {{ ref('int_customers_versioned') }}

),

dim_customer_versions as (

    select
        customer_version_id,
        customer_id,
        cast(city as {{ dbt.type_string() }}) as city,
        cast(state as {{ dbt.type_string() }}) as state,
        cast(country_code as {{ dbt.type_string() }}) as country_code,
        cast(home_store_id as {{ dbt.type_string() }}) as home_store_id,
        has_marketing_consent,
        is_deleted as is_erased,
        cast(valid_from_at as {{ dbt.type_timestamp() }}) as valid_from_at,
        cast(valid_to_at as {{ dbt.type_timestamp() }}) as valid_to_at,
        is_current
    from customers_versioned

)

select * from dim_customer_versions
