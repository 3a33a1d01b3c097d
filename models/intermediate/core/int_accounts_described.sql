-- An account as its latest version has it.
with

customer_versions as (

    select
        *,
        row_number() over (partition by customer_id order by changed_at desc) as version_rank
    from {{ ref('stg_commerce__customer_versions') }}

),

int_accounts_described as (

    select
        customer_id,
        created_at,
        city,
        state,
        country_code,
        home_store_id,
        has_marketing_consent,
        is_deleted as is_erased
    from customer_versions
    where version_rank = 1

)

select * from int_accounts_described
