with

products as (

    select * from {{ source('erp', 'products') }}

),

stg_erp__product_versions as (

    select
        sku,
        changed_at,
        product_name,
        product_kind,
        brand,
        department,
        category,
        subcategory,
        supplier_id,
        cast(list_price_amount as {{ dbt.type_numeric() }}) as list_price_amount,
        tax_class,
        is_serialised,
        warranty_month_count,
        weight_gram_count,
        launched_date,
        discontinued_date,
        _delivery_id as delivery_id,
        cast(_line as {{ dbt.type_bigint() }}) as delivery_line,
        cast(_loaded_at as {{ dbt.type_timestamp() }}) as loaded_at
    from products

)

select * from stg_erp__product_versions
