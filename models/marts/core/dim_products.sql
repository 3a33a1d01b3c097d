with

products_catalogued as (

    select * from {{ ref('int_products_catalogued') }}

),

products_inferred as (

    select * from {{ ref('int_products_inferred') }}

),

product_kind_rules as (

    select * from {{ ref('product_kind_rules') }}

),

products_with_unknown as (

    select
        source_name,
        product_id,
        product_name,
        manufacturer_id,
        department,
        category,
        sub_category,
        brand,
        package_size,
        product_kind as delivered_kind,
        is_active,
        is_inferred
    from products_catalogued
    union all
    select
        source_name,
        product_id,
        product_name,
        cast(null as {{ dbt.type_string() }}) as manufacturer_id,
        cast(null as {{ dbt.type_string() }}) as department,
        cast(null as {{ dbt.type_string() }}) as category,
        cast(null as {{ dbt.type_string() }}) as sub_category,
        cast(null as {{ dbt.type_string() }}) as brand,
        cast(null as {{ dbt.type_string() }}) as package_size,
        cast(null as {{ dbt.type_string() }}) as delivered_kind,
        is_active,
        is_inferred
    from products_inferred
    union all
    select
        'unknown' as source_name,
        'unknown' as product_id,
        'unknown' as product_name,
        cast(null as {{ dbt.type_string() }}) as manufacturer_id,
        cast(null as {{ dbt.type_string() }}) as department,
        cast(null as {{ dbt.type_string() }}) as category,
        cast(null as {{ dbt.type_string() }}) as sub_category,
        cast(null as {{ dbt.type_string() }}) as brand,
        cast(null as {{ dbt.type_string() }}) as package_size,
        cast(null as {{ dbt.type_string() }}) as delivered_kind,
        false as is_active,
        false as is_inferred

),

-- A rule that names one product beats a rule for its sub-category; what no rule names is goods.
products_kinded as (

    select
        products_with_unknown.*,
        case
            when products_with_unknown.product_id = 'unknown' then 'unknown'
            else coalesce(
                rules_by_product.product_kind,
                rules_by_sub_category.product_kind,
                products_with_unknown.delivered_kind,
                'goods'
            )
        end as product_kind
    from products_with_unknown
    left join product_kind_rules as rules_by_product
        on products_with_unknown.source_name = rules_by_product.source_name
        and products_with_unknown.product_id = rules_by_product.attribute_value
        and rules_by_product.attribute_name = 'product_id'
    left join product_kind_rules as rules_by_sub_category
        on products_with_unknown.source_name = rules_by_sub_category.source_name
        and products_with_unknown.sub_category = rules_by_sub_category.attribute_value
        and rules_by_sub_category.attribute_name = 'sub_category'

),

dim_products as (

    select
        cast(product_id as {{ dbt.type_string() }}) as product_id,
        cast(source_name as {{ dbt.type_string() }}) as source_name,
        cast(product_name as {{ dbt.type_string() }}) as product_name,
        cast(coalesce(department, 'unknown') as {{ dbt.type_string() }}) as department,
        cast(coalesce(category, 'unknown') as {{ dbt.type_string() }}) as category,
        cast(coalesce(sub_category, 'unknown') as {{ dbt.type_string() }}) as sub_category,
        cast(coalesce(brand, 'unknown') as {{ dbt.type_string() }}) as brand,
        cast(coalesce(manufacturer_id, 'unknown') as {{ dbt.type_string() }}) as manufacturer_id,
        cast(coalesce(package_size, 'unknown') as {{ dbt.type_string() }}) as package_size,
        cast(product_kind as {{ dbt.type_string() }}) as product_kind,
        is_active,
        is_inferred
    from products_kinded

)

select * from dim_products
