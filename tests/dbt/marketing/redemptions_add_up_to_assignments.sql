-- Both facts count the redemptions of assigned offers: per campaign they agree.
with

assignments as (

    select
        campaign_id,
        sum(redemption_count) as redemption_count
    from {{ ref('fct_offer_assignments') }}
    group by campaign_id

),

redemptions as (

    select
        campaign_id,
        count(*) as redemption_count
    from {{ ref('fct_offer_redemptions') }}
    where is_assigned
    group by campaign_id

)

select
    coalesce(assignments.campaign_id, redemptions.campaign_id) as campaign_id,
    assignments.redemption_count as assigned_count,
    redemptions.redemption_count as redeemed_count
from assignments
full outer join redemptions
    on assignments.campaign_id = redemptions.campaign_id
where coalesce(assignments.redemption_count, 0) <> coalesce(redemptions.redemption_count, 0)
