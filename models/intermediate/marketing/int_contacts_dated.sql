{%- set contacts = [
    (ref('int_offers_unified'), "start_date", "end_date"),
    (ref('fct_offer_redemptions'), "redemption_date", "redemption_date"),
    (ref('fct_touches'), "touched_date", "touched_date"),
    (ref('fct_email_events'), "event_date", "event_date"),
    (ref('fct_ad_spend'), "spend_date", "spend_date"),
    (ref('fct_reviews'), "review_date", "review_date"),
    (ref('fct_nps_responses'), "response_date", "response_date"),
    (ref('fct_support_conversations'), "started_date", "started_date"),
] %}

with

spans_of_contacts as (

    {% for relation, first, last in contacts -%}
    select
        cast(min({{ first }}) as date) as first_date,
        cast(max({{ last }}) as date) as last_date
    from {{ relation }}
    {{ "union all" if not loop.last }}
    {% endfor %}

),

int_contacts_dated as (

    select
        min(first_date) as first_date,
        max(last_date) as last_date
    from spans_of_contacts

)

select * from int_contacts_dated
