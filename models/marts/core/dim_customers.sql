{%- set demographics = [
    "age_range",
    "income_range",
    "home_ownership",
    "marital_status",
    "household_size",
    "household_composition",
    "kids_count_range",
] -%}

with

customers_named as (

    select * from {{ ref('int_customers_named') }}

),

households as (

    select * from {{ ref('stg_complete_journey__households') }}

),

customers_located as (

    select * from {{ ref('int_customers_located') }}

),

customers_described as (

    select
        customers_named.customer_id,
        customers_located.country,
        {%- for attribute in demographics %}
        households.{{ attribute }},
        {%- endfor %}
        households.household_id is null as is_inferred
    from customers_named
    left join households
        on customers_named.customer_id = households.household_id
    left join customers_located
        on customers_named.customer_id = customers_located.customer_id

),

customers_with_unknown as (

    select
        customer_id,
        country,
        {%- for attribute in demographics %}
        {{ attribute }},
        {%- endfor %}
        is_inferred
    from customers_described
    union all
    select
        'unknown' as customer_id,
        cast(null as {{ dbt.type_string() }}) as country,
        {%- for attribute in demographics %}
        cast(null as {{ dbt.type_string() }}) as {{ attribute }},
        {%- endfor %}
        false as is_inferred

),

dim_customers as (

    select
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        cast(coalesce(country, 'unknown') as {{ dbt.type_string() }}) as country,
        {%- for attribute in demographics %}
        cast(coalesce({{ attribute }}, 'unknown') as {{ dbt.type_string() }}) as {{ attribute }},
        {%- endfor %}
        coalesce({{ demographics | join(", ") }}) is not null as has_demographics,
        is_inferred
    from customers_with_unknown

)

select * from dim_customers
