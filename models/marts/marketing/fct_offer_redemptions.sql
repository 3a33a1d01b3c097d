{{ by_day("redemption_date", cluster_by=["campaign_id", "customer_id"]) }}

with

coupon_redemptions as (

    select * from {{ ref('stg_complete_journey__coupon_redemptions') }}

),

campaigns as (

    select * from {{ ref('stg_complete_journey__campaigns') }}

),

campaign_details as (

    select * from {{ ref('int_campaigns_unified') }}

),

fct_offer_redemptions as (

    select
        coupon_redemptions.campaign_id,
        coupon_redemptions.coupon_upc,
        coupon_redemptions.household_id as customer_id,
        cast(coupon_redemptions.redemption_date as date) as redemption_date,
        campaigns.household_id is not null as is_assigned,
        coupon_redemptions.redemption_date
        between campaign_details.start_date and campaign_details.end_date as is_within_campaign
    from coupon_redemptions
    left join campaigns
        on coupon_redemptions.campaign_id = campaigns.campaign_id
        and coupon_redemptions.household_id = campaigns.household_id
    left join campaign_details
        on coupon_redemptions.campaign_id = campaign_details.campaign_id

)

select * from fct_offer_redemptions
