{%- set attributes = [
    "product_name",
    "product_kind",
    "brand",
    "department",
    "category",
    "subcategory",
    "supplier_id",
    "tax_class",
    "is_serialised",
    "warranty_month_count",
    "launched_date",
    "discontinued_date",
] %}

with

product_versions as (

    select
        *,
        {{ is_news(attributes, "sku", "changed_at") }} as is_news
    from {{ ref('stg_erp__product_versions') }}

),

int_products_versioned as (

    select
        {{ version_id("sku", "changed_at") }} as product_version_id,
        sku as product_id,
        {{ attributes | join(", ") }},
        {{ version_span("sku", "changed_at") }}
    from product_versions
    where is_news

)

select * from int_products_versioned
