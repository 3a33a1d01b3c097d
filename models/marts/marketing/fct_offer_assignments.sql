with

campaigns as (

    select * from {{ ref('stg_complete_journey__campaigns') }}

),

campaign_details as (

    select * from {{ ref('int_campaigns_unified') }}

),

redemptions_counted as (

    select * from {{ ref('int_offer_redemptions_counted') }}

),

fct_offer_assignments as (

    select
        campaigns.campaign_id,
        campaigns.household_id as customer_id,
        cast(campaign_details.start_date as date) as offered_from_date,
        cast(campaign_details.end_date as date) as offered_until_date,
        cast(coalesce(redemptions_counted.redemption_count, 0) as {{ dbt.type_int() }})
            as redemption_count
    from campaigns
    left join campaign_details
        on campaigns.campaign_id = campaign_details.campaign_id
    left join redemptions_counted
        on campaigns.campaign_id = redemptions_counted.campaign_id
        and campaigns.household_id = redemptions_counted.household_id

)

select * from fct_offer_assignments
