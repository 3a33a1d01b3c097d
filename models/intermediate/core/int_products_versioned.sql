-- What the catalogue says of a product only changes its history where it says something else.
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
        {%- for attribute in attributes %}
        lag({{ attribute }}) over (partition by sku order by changed_at)
            as previous_{{ attribute }},
        {%- endfor %}
        lag(changed_at) over (partition by sku order by changed_at) as previous_changed_at
    from {{ ref('stg_erp__product_versions') }}

),

int_products_versioned as (

    select
        {{ version_id("sku", "changed_at") }} as product_version_id,
        sku as product_id,
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        {{ version_span("sku", "changed_at") }}
    from product_versions
    where
        previous_changed_at is null
        {%- for attribute in attributes %}
        or {{ attribute }} is distinct from previous_{{ attribute }}
        {%- endfor %}

)

select * from int_products_versioned
