with

campaigns as (

    select * from {{ ref('stg_complete_journey__campaigns') }}

),

offer_assignments as (

    select * from {{ ref('stg_marketing__offer_assignments') }}

),

int_offer_assignments_unified as (

    select
        campaign_id as offer_id,
        household_id as customer_id,
        cast(null as {{ dbt.type_timestamp() }}) as assigned_at,
        'treatment' as arm,
        false as is_randomised,
        cast(null as {{ dbt.type_numeric() }}) as treatment_probability
    from campaigns
    union all
    select
        offer_id,
        customer_id,
        assigned_at,
        arm,
        is_randomised,
        treatment_probability
    from offer_assignments

)

select * from int_offer_assignments_unified
