-- Where each feed's rows end up, and which rows of that mart they are: rows that a mart adds
-- (unknown members, members that only facts name) came from no delivery of the feed.
{%- set line_amount = "net_sales_amount" -%}
{%- set feeds = [
    ("complete_journey", "products", "dim_products", "is_active and not is_inferred", none),
    ("complete_journey", "stores", "dim_stores",
        "not is_inferred and not is_online and store_id != 'unknown'", none),
    ("complete_journey", "households", "dim_customers",
        "not is_inferred and customer_id != 'unknown'", none),
    ("complete_journey", "transactions", "fct_order_lines",
        "source_name = 'complete_journey'", line_amount),
    ("complete_journey", "campaigns", "fct_offer_assignments", "true", none),
    ("complete_journey", "campaign_descriptions", "dim_campaigns",
        "not is_inferred and campaign_id != 'unknown'", none),
    ("complete_journey", "coupons", "fct_coupon_products", "true", none),
    ("complete_journey", "coupon_redemptions", "fct_offer_redemptions", "true", none),
    ("complete_journey", "promotions", "fct_promotion_placements", "true", none),
    ("uci_online_retail", "invoice_lines", "fct_order_lines",
        "source_name = 'uci_online_retail'", line_amount),
] %}

with

{% for source_name, feed_name, mart_name, of_the_feed, amount in feeds -%}
{{ feed_name }}_in_mart as (

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
int_feeds_counted_in_marts as (

    {% for feed in feeds -%}
    select
        source_name,
        feed_name,
        mart_name,
        cast(mart_record_count as {{ dbt.type_bigint() }}) as mart_record_count,
        cast(mart_amount as {{ dbt.type_numeric() }}) as mart_amount
    from {{ feed[1] }}_in_mart
    {% if not loop.last -%}
    union all
    {% endif -%}
    {% endfor %}

)

select * from int_feeds_counted_in_marts
