-- What the marketing system calls an offer; and each coupon campaign of Complete Journey, whose
-- feeds say who received a campaign, not which of its coupons.
with

campaigns as (

    select * from {{ ref('int_campaigns_unified') }}

),

coupon_campaigns as (

    select campaign_id from {{ ref('int_campaigns_named') }}
    where source_name = 'complete_journey'

),

offer_versions as (

    select
        *,
        row_number() over (partition by offer_id order by changed_at desc) as recency
    from {{ ref('stg_marketing__offer_versions') }}

),

latest_offers as (

    select * from offer_versions
    where recency = 1

),

offers_named as (

    select offer_id from {{ ref('stg_marketing__offer_versions') }}
    union distinct
    select offer_id from {{ ref('stg_marketing__offer_assignments') }}
    union distinct
    select offer_id from {{ ref('stg_marketing__offer_redemptions') }}
    union distinct
    select offer_id from {{ ref('fct_email_events') }}
    where offer_id != 'unknown'

),

marketing_offers as (

    select
        offers_named.offer_id,
        coalesce(latest_offers.campaign_id, 'unknown') as campaign_id,
        coalesce(latest_offers.offer_name, 'unknown') as offer_name,
        coalesce(latest_offers.offer_kind, 'unknown') as offer_kind,
        latest_offers.discount_rate,
        latest_offers.discount_amount,
        latest_offers.category,
        latest_offers.start_date,
        latest_offers.end_date,
        latest_offers.supplier_funding_rate,
        latest_offers.contact_cost_amount,
        latest_offers.offer_id is null as is_inferred
    from offers_named
    left join latest_offers
        on offers_named.offer_id = latest_offers.offer_id

),

coupon_offers as (

    select
        campaigns.campaign_id as offer_id,
        campaigns.campaign_id,
        campaigns.campaign_name as offer_name,
        'coupon' as offer_kind,
        cast(null as {{ dbt.type_numeric() }}) as discount_rate,
        cast(null as {{ dbt.type_numeric() }}) as discount_amount,
        cast(null as {{ dbt.type_string() }}) as category,
        campaigns.start_date,
        campaigns.end_date,
        cast(null as {{ dbt.type_numeric() }}) as supplier_funding_rate,
        cast(null as {{ dbt.type_numeric() }}) as contact_cost_amount,
        campaigns.is_inferred
    from campaigns
    inner join coupon_campaigns
        on campaigns.campaign_id = coupon_campaigns.campaign_id

),

int_offers_unified as (

    select * from marketing_offers
    union all
    select * from coupon_offers

)

select * from int_offers_unified
