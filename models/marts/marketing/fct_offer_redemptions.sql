{{ by_day("redemption_date", cluster_by=["campaign_id", "customer_id"]) }}

with

redemptions as (

    select * from {{ ref('int_offer_redemptions_unified') }}

),

assignments as (

    select * from {{ ref('int_offer_assignments_unified') }}

),

offers as (

    select * from {{ ref('int_offers_unified') }}

),

fct_offer_redemptions as (

    select
        redemptions.redemption_id,
        redemptions.offer_id,
        coalesce(offers.campaign_id, 'unknown') as campaign_id,
        redemptions.coupon_upc,
        redemptions.customer_id,
        redemptions.order_id,
        redemptions.redeemed_at,
        redemptions.redemption_date,
        redemptions.discount_amount,
        redemptions.order_currency_code,
        redemptions.order_currency_discount_amount,
        assignments.customer_id is not null as is_assigned,
        redemptions.redemption_date
        between offers.start_date and offers.end_date as is_within_campaign
    from redemptions
    left join assignments
        on redemptions.offer_id = assignments.offer_id
        and redemptions.customer_id = assignments.customer_id
    left join offers
        on redemptions.offer_id = offers.offer_id

)

select * from fct_offer_redemptions
