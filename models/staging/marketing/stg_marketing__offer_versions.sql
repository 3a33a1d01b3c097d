with

offers as (

    select * from {{ source('marketing', 'offers') }}

),

stg_marketing__offer_versions as (

    select
        offer_id,
        changed_at,
        campaign_id,
        offer_name,
        offer_kind,
        cast(discount_rate as {{ dbt.type_numeric() }}) as discount_rate,
        cast(discount_amount as {{ dbt.type_numeric() }}) as discount_amount,
        category,
        start_date,
        end_date,
        cast(supplier_funding_rate as {{ dbt.type_numeric() }}) as supplier_funding_rate,
        cast(contact_cost_amount as {{ dbt.type_numeric() }}) as contact_cost_amount,
        _delivery_id as delivery_id
    from offers

)

select * from stg_marketing__offer_versions
