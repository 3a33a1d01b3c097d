with

coupon_redemptions as (

    select * from {{ ref('stg_complete_journey__coupon_redemptions') }}

),

int_offer_redemptions_counted as (

    select
        campaign_id,
        household_id,
        count(*) as redemption_count
    from coupon_redemptions
    group by campaign_id, household_id

)

select * from int_offer_redemptions_counted
