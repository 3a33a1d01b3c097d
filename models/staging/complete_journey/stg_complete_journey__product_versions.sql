with

products_versions as (

    select * from {{ source('complete_journey', 'products_versions') }}

),

stg_complete_journey__product_versions as (

    select
        cast(product_id as {{ dbt.type_string() }}) as product_id,
        cast(manufacturer_id as {{ dbt.type_string() }}) as manufacturer_id,
        department,
        product_category,
        product_type,
        brand,
        package_size,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from products_versions

)

select * from stg_complete_journey__product_versions
