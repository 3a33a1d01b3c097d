with

campaign_descriptions as (

    select * from {{ ref('stg_complete_journey__campaign_descriptions') }}

),

campaigns as (

    select * from {{ ref('stg_complete_journey__campaigns') }}

),

coupons as (

    select * from {{ ref('stg_complete_journey__coupons') }}

),

coupon_redemptions as (

    select * from {{ ref('stg_complete_journey__coupon_redemptions') }}

),

-- A campaign that another feed names before its description arrives is a campaign all the same.
campaigns_named as (

    select campaign_id from campaign_descriptions
    union distinct
    select campaign_id from campaigns
    union distinct
    select campaign_id from coupons
    union distinct
    select campaign_id from coupon_redemptions

),

int_campaigns_unified as (

    select
        campaigns_named.campaign_id,
        coalesce(campaign_descriptions.campaign_type, 'unknown') as campaign_type,
        campaign_descriptions.start_date,
        campaign_descriptions.end_date,
        campaign_descriptions.campaign_id is null as is_inferred
    from campaigns_named
    left join campaign_descriptions
        on campaigns_named.campaign_id = campaign_descriptions.campaign_id

)

select * from int_campaigns_unified
