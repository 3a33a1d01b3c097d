-- An account as it is now: its last change counts.
with

customer_versions as (

    select * from {{ ref('stg_commerce__customer_versions') }}

),

versions_ranked as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by changed_at desc, delivery_id desc, delivery_line desc
        ) as recency
    from customer_versions

),

int_accounts_latest as (

    select
        customer_id,
        created_at,
        changed_at,
        email_hash,
        phone_hash,
        has_marketing_consent,
        is_deleted
    from versions_ranked
    where recency = 1

)

select * from int_accounts_latest
