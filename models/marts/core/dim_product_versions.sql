-- The category tree as it was and, beside it, as it is. Products whose source delivers no changes
-- have one version, as they are now.
with

products as (

    select * from {{ ref('dim_products') }}

),

product_versions as (

    select * from {{ ref('int_products_versioned') }}

),

products_versioned as (

    select
        products.*,
        product_versions.product_id is not null as is_dated,
        product_versions.product_version_id,
        product_versions.valid_from_at,
        product_versions.valid_to_at,
        product_versions.is_current,
        product_versions.product_name as name_then,
        product_versions.department as department_then,
        product_versions.category as category_then,
        product_versions.subcategory as sub_category_then,
        product_versions.brand as brand_then
    from products
    left join product_versions
        on products.product_id = product_versions.product_id

),

dim_product_versions as (

    select
        cast(coalesce(product_version_id, product_id) as {{ dbt.type_string() }})
            as product_version_id,
        product_id,
        cast(coalesce(name_then, product_name) as {{ dbt.type_string() }}) as product_name,
        cast(coalesce(department_then, department) as {{ dbt.type_string() }}) as department,
        cast(coalesce(category_then, category) as {{ dbt.type_string() }}) as category,
        cast(coalesce(sub_category_then, sub_category) as {{ dbt.type_string() }}) as sub_category,
        cast(coalesce(brand_then, brand) as {{ dbt.type_string() }}) as brand,
        department as current_department,
        category as current_category,
        sub_category as current_sub_category,
        brand as current_brand,
        product_kind,
        cast(valid_from_at as {{ dbt.type_timestamp() }}) as valid_from_at,
        cast(valid_to_at as {{ dbt.type_timestamp() }}) as valid_to_at,
        coalesce(is_current, true) as is_current,
        is_dated
    from products_versioned

)

select * from dim_product_versions
