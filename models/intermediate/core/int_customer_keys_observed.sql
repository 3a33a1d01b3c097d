-- By what a customer can be known again. Of an account that was erased at its holder's wish nothing
-- is used, whatever it once said.
{%- set columns = {
    "email": "email_hash",
    "phone": "phone_hash",
    "loyalty_id": "loyalty_id_hash",
} %}

with

customer_versions as (

    select * from {{ ref('stg_commerce__customer_versions') }}

),

orders as (

    select
        *,
        coalesce(customer_id, {{ guest_id("guest_email_hash") }}) as known_customer_id
    from {{ ref('stg_commerce__orders') }}

),

erased_customers as (

    select distinct customer_id
    from customer_versions
    where is_deleted

),

keys_seen as (

    {% for kind, column in columns.items() -%}
    select
        customer_id,
        '{{ kind }}' as key_kind,
        {{ column }} as key_hash,
        changed_at as seen_at
    from customer_versions
    union all
    {% endfor -%}
    select
        known_customer_id as customer_id,
        'email' as key_kind,
        guest_email_hash as key_hash,
        ordered_at as seen_at
    from orders
    union all
    select
        known_customer_id as customer_id,
        'loyalty_id' as key_kind,
        loyalty_id_hash as key_hash,
        ordered_at as seen_at
    from orders

),

int_customer_keys_observed as (

    select
        keys_seen.customer_id,
        keys_seen.key_kind,
        keys_seen.key_hash,
        min(keys_seen.seen_at) as first_seen_at
    from keys_seen
    left join erased_customers
        on keys_seen.customer_id = erased_customers.customer_id
    where
        keys_seen.customer_id is not null
        and keys_seen.key_hash is not null
        and erased_customers.customer_id is null
    group by keys_seen.customer_id, keys_seen.key_kind, keys_seen.key_hash

)

select * from int_customer_keys_observed
