-- The current snapshot of a source that delivers those, with the last version of every product that
-- has since left it; and the current version of every product of a source that delivers changes.
with

products as (

    select * from {{ ref('stg_complete_journey__products') }}

),

product_versions as (

    select * from {{ ref('stg_complete_journey__product_versions') }}

),

products_versioned as (

    select * from {{ ref('int_products_versioned') }}
    where is_current

),

deliveries as (

    select * from {{ ref('stg_ops__deliveries') }}

),

-- The order that the deliveries declare decides, not the order in which they arrived.
dropped_versions_ranked as (

    select
        product_versions.*,
        row_number() over (
            partition by product_versions.product_id
            order by
                coalesce(deliveries.declared_order, '') desc,
                coalesce(deliveries.published_seq, 0) desc,
                product_versions.delivery_id desc,
                product_versions.delivery_line desc
        ) as version_rank
    from product_versions
    left join products
        on product_versions.product_id = products.product_id
    left join deliveries
        on product_versions.delivery_id = deliveries.delivery_id
    where products.product_id is null

),

products_and_dropped as (

    select
        product_id,
        manufacturer_id,
        department,
        product_category,
        product_type,
        brand,
        package_size,
        true as is_active
    from products
    union all
    select
        product_id,
        manufacturer_id,
        department,
        product_category,
        product_type,
        brand,
        package_size,
        false as is_active
    from dropped_versions_ranked
    where version_rank = 1

),

int_products_catalogued as (

    select
        'complete_journey' as source_name,
        product_id,
        concat(
            coalesce(product_type, 'unknown'),
            case when package_size is null then '' else concat(', ', package_size) end
        ) as product_name,
        manufacturer_id,
        department,
        product_category as category,
        product_type as sub_category,
        brand,
        package_size,
        cast(null as {{ dbt.type_string() }}) as product_kind,
        is_active,
        false as is_inferred
    from products_and_dropped
    union all
    select
        'erp' as source_name,
        product_id,
        product_name,
        supplier_id as manufacturer_id,
        department,
        category,
        subcategory as sub_category,
        brand,
        cast(null as {{ dbt.type_string() }}) as package_size,
        case when product_kind = 'merchandise' then 'goods' else product_kind end as product_kind,
        discontinued_date is null as is_active,
        false as is_inferred
    from products_versioned

)

select * from int_products_catalogued
