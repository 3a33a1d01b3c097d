with

campaigns_named as (

    select * from {{ ref('int_campaigns_named') }}

),

campaign_descriptions as (

    select * from {{ ref('stg_complete_journey__campaign_descriptions') }}

),

campaign_versions as (

    select
        *,
        row_number() over (partition by campaign_id order by changed_at desc) as recency
    from {{ ref('stg_marketing__campaign_versions') }}

),

latest_campaigns as (

    select * from campaign_versions
    where recency = 1

),

int_campaigns_unified as (

    select
        campaigns_named.campaign_id,
        coalesce(latest_campaigns.campaign_name, 'unknown') as campaign_name,
        coalesce(
            campaign_descriptions.campaign_type, latest_campaigns.campaign_kind, 'unknown'
        ) as campaign_type,
        coalesce(latest_campaigns.channel, 'unknown') as channel,
        coalesce(campaign_descriptions.start_date, latest_campaigns.start_date) as start_date,
        coalesce(campaign_descriptions.end_date, latest_campaigns.end_date) as end_date,
        latest_campaigns.budget_amount,
        coalesce(latest_campaigns.is_randomised, false) as is_randomised,
        campaign_descriptions.campaign_id is null
        and latest_campaigns.campaign_id is null as is_inferred
    from campaigns_named
    left join campaign_descriptions
        on campaigns_named.campaign_id = campaign_descriptions.campaign_id
    left join latest_campaigns
        on campaigns_named.campaign_id = latest_campaigns.campaign_id

)

select * from int_campaigns_unified
