-- Only what is said of an account without naming its holder; int_customer_keys_observed has keys.
{%- set attributes = [
    "city",
    "state",
    "country_code",
    "home_store_id",
    "has_marketing_consent",
    "is_deleted",
] %}

with

customer_versions as (

    select
        *,
        {{ is_news(attributes, "customer_id", "changed_at") }} as is_news
    from {{ ref('stg_commerce__customer_versions') }}

),

int_customers_versioned as (

    select
        {{ version_id("customer_id", "changed_at") }} as customer_version_id,
        customer_id,
        {{ attributes | join(", ") }},
        {{ version_span("customer_id", "changed_at") }}
    from customer_versions
    where is_news

)

select * from int_customers_versioned
