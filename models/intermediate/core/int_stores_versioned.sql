{%- set attributes = [
    "store_name",
    "channel",
    "city",
    "state",
    "country_code",
    "time_zone",
    "trading_day_start_hour",
    "currency_code",
    "floor_square_metre_count",
    "opened_date",
    "closed_date",
    "refit_from_date",
    "refit_to_date",
] %}

with

store_versions as (

    select
        *,
        {{ is_news(attributes, "store_id", "changed_at") }} as is_news
    from {{ ref('stg_erp__store_versions') }}

),

int_stores_versioned as (

    select
        {{ version_id("store_id", "changed_at") }} as store_version_id,
        store_id,
        {{ attributes | join(", ") }},
        {{ version_span("store_id", "changed_at") }}
    from store_versions
    where is_news

)

select * from int_stores_versioned
