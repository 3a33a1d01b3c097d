{%- set demographics = [
    "age_range",
    "income_range",
    "home_ownership",
    "marital_status",
    "household_size",
    "household_composition",
    "kids_count_range",
] -%}
{%- set places = ["city", "state", "home_store_id"] -%}

with

customers_named as (

    select customer_id from {{ ref('int_customers_named') }}
    union all
    select 'unknown' as customer_id

),

households as (

    select * from {{ ref('stg_complete_journey__households') }}

),

customers_located as (

    select * from {{ ref('int_customers_located') }}

),

accounts as (

    select * from {{ ref('int_accounts_described') }}

),

customers_identified as (

    select * from {{ ref('int_customers_identified') }}

),

cohorts_frozen as (

    select * from {{ ref('int_customer_cohorts_frozen') }}

),

customers_described as (

    select
        customers_named.customer_id,
        coalesce(customers_located.country, accounts.country_code) as country,
        {%- for attribute in demographics %}
        households.{{ attribute }},
        {%- endfor %}
        {%- for place in places %}
        accounts.{{ place }},
        {%- endfor %}
        accounts.created_at,
        accounts.has_marketing_consent,
        coalesce(accounts.is_erased, false) as is_erased,
        customers_identified.person_id,
        customers_identified.household_id,
        cohorts_frozen.first_order_date,
        cohorts_frozen.cohort_date,
        cohorts_frozen.is_new_person,
        customers_named.customer_id like 'guest-%' as is_guest,
        coalesce(households.household_id, accounts.customer_id) is null
        and customers_named.customer_id <> 'unknown' as is_inferred
    from customers_named
    left join households
        on customers_named.customer_id = households.household_id
    left join customers_located
        on customers_named.customer_id = customers_located.customer_id
    left join accounts
        on customers_named.customer_id = accounts.customer_id
    left join customers_identified
        on customers_named.customer_id = customers_identified.customer_id
    left join cohorts_frozen
        on customers_named.customer_id = cohorts_frozen.customer_id

),

dim_customers as (

    select
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        cast(coalesce(person_id, customer_id) as {{ dbt.type_string() }}) as person_id,
        cast(coalesce(household_id, customer_id) as {{ dbt.type_string() }}) as household_id,
        is_guest,
        cast(coalesce(country, 'unknown') as {{ dbt.type_string() }}) as country,
        {%- for attribute in places + demographics %}
        cast(coalesce({{ attribute }}, 'unknown') as {{ dbt.type_string() }}) as {{ attribute }},
        {%- endfor %}
        cast(created_at as {{ dbt.type_timestamp() }}) as created_at,
        has_marketing_consent,
        is_erased,
        cast(first_order_date as date) as first_order_date,
        cast(cohort_date as date) as cohort_date,
        is_new_person,
        coalesce({{ demographics | join(", ") }}) is not null as has_demographics,
        is_inferred
    from customers_described

)

select * from dim_customers
