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
        _delivery_id as delivery_id
    from products

)

select * from stg_erp__product_versions
