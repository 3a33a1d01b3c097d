with

offers as (

    select * from {{ ref('int_offers_unified') }}

),

dim_offers as (

    select
        offer_id,
        campaign_id,
        offer_name,
        offer_kind,
        cast(discount_rate as {{ dbt.type_numeric() }}) as discount_rate,
        cast(discount_amount as {{ dbt.type_numeric() }}) as discount_amount,
        category,
        cast(start_date as date) as start_date,
        cast(end_date as date) as end_date,
        cast(supplier_funding_rate as {{ dbt.type_numeric() }}) as supplier_funding_rate,
        cast(contact_cost_amount as {{ dbt.type_numeric() }}) as contact_cost_amount,
        is_inferred
    from offers
    union all
    select
        'unknown' as offer_id,
        'unknown' as campaign_id,
        'unknown' as offer_name,
        'unknown' as offer_kind,
        cast(null as {{ dbt.type_numeric() }}) as discount_rate,
        cast(null as {{ dbt.type_numeric() }}) as discount_amount,
        cast(null as {{ dbt.type_string() }}) as category,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        cast(null as {{ dbt.type_numeric() }}) as supplier_funding_rate,
        cast(null as {{ dbt.type_numeric() }}) as contact_cost_amount,
        false as is_inferred

)

select * from dim_offers
