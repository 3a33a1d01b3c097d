with

assignments as (

    select * from {{ ref('int_offer_assignments_unified') }}

),

offers as (

    select * from {{ ref('int_offers_unified') }}

),

redemptions_counted as (

    select * from {{ ref('int_offer_redemptions_counted') }}

),

fct_offer_assignments as (

    select
        assignments.offer_id,
        coalesce(offers.campaign_id, 'unknown') as campaign_id,
        assignments.customer_id,
        assignments.assigned_at,
        assignments.arm,
        assignments.is_randomised,
        cast(assignments.treatment_probability as {{ dbt.type_numeric() }})
            as treatment_probability,
        cast(offers.start_date as date) as offered_from_date,
        cast(offers.end_date as date) as offered_until_date,
        cast(coalesce(redemptions_counted.redemption_count, 0) as {{ dbt.type_int() }})
            as redemption_count
    from assignments
    left join offers
        on assignments.offer_id = offers.offer_id
    left join redemptions_counted
        on assignments.offer_id = redemptions_counted.offer_id
        and assignments.customer_id = redemptions_counted.customer_id

)

select * from fct_offer_assignments
