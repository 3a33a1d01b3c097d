-- Where each feed's rows end up, and which rows of that mart they are: rows that a mart adds
-- (unknown members, members that only facts name) came from no delivery of the feed. Changes of
-- which a mart shows what they add up to are counted before that, in staging.
{%- set of_catalogue = "product_id in (select product_id from "
    ~ ref("stg_complete_journey__products") ~ ")" %}
{%- set of_list = "store_id in (select store_id from "
    ~ ref("stg_complete_journey__stores") ~ ")" %}
{%- set of_descriptions = "campaign_id in (select campaign_id from "
    ~ ref("stg_complete_journey__campaign_descriptions") ~ ")" %}
{%- set feeds = [
    ("complete_journey", "products", "dim_products", "is_active and " ~ of_catalogue, none),
    ("complete_journey", "stores", "dim_stores", of_list, none),
    ("complete_journey", "households", "dim_customers",
        "not is_inferred and created_at is null and customer_id != 'unknown'", none),
    ("complete_journey", "transactions", "fct_order_lines",
        "source_name = 'complete_journey'", "net_sales_amount"),
    ("complete_journey", "campaigns", "fct_offer_assignments", "assigned_at is null", none),
    ("complete_journey", "campaign_descriptions", "dim_campaigns", of_descriptions, none),
    ("complete_journey", "coupons", "fct_coupon_products", "true", none),
    ("complete_journey", "coupon_redemptions", "fct_offer_redemptions",
        "coupon_upc is not null", none),
    ("complete_journey", "promotions", "fct_promotion_placements", "true", none),
    ("uci_online_retail", "invoice_lines", "fct_order_lines",
        "source_name = 'uci_online_retail'", "net_sales_amount"),
    ("erp", "products", "stg_erp__product_versions", "true", none),
    ("erp", "stores", "stg_erp__store_versions", "true", none),
    ("erp", "inventory_snapshots", "stg_erp__inventory_snapshots", "true", none),
    ("erp", "purchase_orders", "fct_purchase_orders", "true", none),
    ("erp", "product_costs", "stg_erp__product_costs", "true", none),
    ("erp", "budgets", "fct_budgets", "true", none),
    ("commerce", "customers", "stg_commerce__customer_versions", "true", none),
    ("commerce", "addresses", "stg_commerce__address_versions", "true", none),
    ("commerce", "fx_rates", "stg_commerce__fx_rates", "true", none),
    ("commerce", "orders", "fct_order_balances", "order_status != 'unknown'",
        "order_total_amount"),
    ("commerce", "order_lines", "fct_order_lines",
        "source_name = 'commerce' and feed_name = 'order_lines'", "delivered_amount"),
    ("commerce", "payments", "fct_payments", "true", "order_payment_amount"),
    ("commerce", "refunds", "fct_refunds", "true", "order_refunded_amount"),
    ("commerce", "shipments", "fct_shipments", "true", none),
    ("after_sale", "chargebacks", "fct_chargebacks", "true", "order_chargeback_amount"),
    ("after_sale", "devices", "dim_devices", "not is_inferred", none),
    ("after_sale", "device_events", "fct_device_events", "true", none),
    ("after_sale", "warranty_contracts", "fct_warranty_contracts", "true", none),
    ("after_sale", "warranty_claims", "fct_warranty_claims", "true", none),
    ("after_sale", "referrals", "fct_referrals", "true", none),
    ("marketing", "campaigns", "stg_marketing__campaign_versions", "true", none),
    ("marketing", "offers", "stg_marketing__offer_versions", "true", none),
    ("marketing", "offer_assignments", "fct_offer_assignments", "assigned_at is not null", none),
    ("marketing", "offer_redemptions", "fct_offer_redemptions", "coupon_upc is null", none),
    ("marketing", "touches", "fct_touches", "true", none),
    ("marketing", "ad_spend", "fct_ad_spend", "true", "account_cost_amount"),
    ("marketing", "email_events", "fct_email_events", "true", none),
    ("voice", "reviews", "fct_reviews", "true", none),
    ("voice", "nps_answers", "fct_nps_responses", "true", none),
    ("voice", "support_chats", "fct_support_conversations", "true", none),
    ("simulation", "planted_truths", "stg_simulation__planted_truths", "true", none),
] %}
{#- What was entered by mistake and taken back is in no mart. -#}
{%- set taken_back = {
    "commerce orders": ("stg_commerce__orders", "total_amount"),
    "commerce payments": ("stg_commerce__payments", "amount"),
    "commerce refunds": ("stg_commerce__refunds", "paid_amount"),
} %}

with

{% for source_name, feed_name, mart_name, of_the_feed, amount in feeds -%}
{{ source_name }}_{{ feed_name }}_in_mart as (

    select
        '{{ source_name }}' as source_name,
        '{{ feed_name }}' as feed_name,
        '{{ mart_name }}' as mart_name,
        count(*) as mart_record_count,
        {{ "coalesce(sum(" ~ amount ~ "), 0)" if amount else "0" }} as mart_amount
    from {{ ref(mart_name) }}
    where {{ of_the_feed }}

),

{% endfor -%}
feeds_in_marts as (

    {% for feed in feeds -%}
    select * from {{ feed[0] }}_{{ feed[1] }}_in_mart
    {{ "union all" if not loop.last }}
    {% endfor %}

),

records_taken_back as (

    {% for feed, (staging, amount) in taken_back.items() -%}
    select
        '{{ feed.split()[0] }}' as source_name,
        '{{ feed.split()[1] }}' as feed_name,
        count(*) as deleted_record_count,
        coalesce(sum({{ amount }}), 0) as deleted_amount
    from {{ ref(staging) }}
    where is_deleted
    {{ "union all" if not loop.last }}
    {% endfor %}

),

int_feeds_counted_in_marts as (

    select
        feeds_in_marts.source_name,
        feeds_in_marts.feed_name,
        feeds_in_marts.mart_name,
        cast(feeds_in_marts.mart_record_count as {{ dbt.type_bigint() }}) as mart_record_count,
        cast(feeds_in_marts.mart_amount as {{ dbt.type_numeric() }}) as mart_amount,
        cast(coalesce(records_taken_back.deleted_record_count, 0) as {{ dbt.type_bigint() }})
            as deleted_record_count,
        cast(coalesce(records_taken_back.deleted_amount, 0) as {{ dbt.type_numeric() }})
            as deleted_amount
    from feeds_in_marts
    left join records_taken_back
        on feeds_in_marts.source_name = records_taken_back.source_name
        and feeds_in_marts.feed_name = records_taken_back.feed_name

)

select * from int_feeds_counted_in_marts
