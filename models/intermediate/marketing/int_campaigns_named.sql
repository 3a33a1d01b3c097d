-- A campaign that another feed names before its description arrives is a campaign all the same.
{%- set feeds = [
    ("complete_journey", ref('stg_complete_journey__campaign_descriptions')),
    ("complete_journey", ref('stg_complete_journey__campaigns')),
    ("complete_journey", ref('stg_complete_journey__coupons')),
    ("complete_journey", ref('stg_complete_journey__coupon_redemptions')),
    ("marketing", ref('stg_marketing__campaign_versions')),
    ("marketing", ref('stg_marketing__offer_versions')),
    ("marketing", ref('fct_ad_spend')),
    ("marketing", ref('fct_touches')),
    ("marketing", ref('fct_email_events')),
] %}

with

campaigns_of_feeds as (

    {% for source_name, relation in feeds -%}
    select
        campaign_id,
        '{{ source_name }}' as source_name
    from {{ relation }}
    {{ "union distinct" if not loop.last }}
    {% endfor %}

),

int_campaigns_named as (

    select
        campaign_id,
        min(source_name) as source_name
    from campaigns_of_feeds
    where campaign_id != 'unknown'
    group by campaign_id

)

select * from int_campaigns_named
