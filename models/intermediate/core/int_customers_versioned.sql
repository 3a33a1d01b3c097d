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
        {%- for attribute in attributes %}
        lag({{ attribute }}) over (partition by customer_id order by changed_at)
            as previous_{{ attribute }},
        {%- endfor %}
        lag(changed_at) over (partition by customer_id order by changed_at) as previous_changed_at
    from {{ ref('stg_commerce__customer_versions') }}

),

int_customers_versioned as (

    select
        {{ version_id("customer_id", "changed_at") }} as customer_version_id,
        customer_id,
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        {{ version_span("customer_id", "changed_at") }}
    from customer_versions
    where
        previous_changed_at is null
        {%- for attribute in attributes %}
        or {{ attribute }} is distinct from previous_{{ attribute }}
        {%- endfor %}

)

select * from int_customers_versioned
