-- What is said of a store only changes its history where it says something else.
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
        {%- for attribute in attributes %}
        lag({{ attribute }}) over (partition by store_id order by changed_at)
            as previous_{{ attribute }},
        {%- endfor %}
        lag(changed_at) over (partition by store_id order by changed_at) as previous_changed_at
    from {{ ref('stg_erp__store_versions') }}

),

int_stores_versioned as (

    select
        {{ version_id("store_id", "changed_at") }} as store_version_id,
        store_id,
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        {{ version_span("store_id", "changed_at") }}
    from store_versions
    where
        previous_changed_at is null
        {%- for attribute in attributes %}
        or {{ attribute }} is distinct from previous_{{ attribute }}
        {%- endfor %}

)

select * from int_stores_versioned
