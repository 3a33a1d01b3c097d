-- Six rounds were enough: whoever shares a key is one person, whoever shares a card one household.
with

keys_linked as (

    select * from {{ ref('int_customer_keys_linked') }}

),

customers_identified as (

    select * from {{ ref('int_customers_identified') }}

),

identities_have_converged as (

    select
        keys_linked.link_key,
        min(keys_linked.customer_id) as customer_id
    from keys_linked
    inner join customers_identified
        on keys_linked.customer_id = customers_identified.customer_id
    group by keys_linked.link_key, keys_linked.is_of_person
    having
        min(customers_identified.household_id) <> max(customers_identified.household_id)
        or (
            keys_linked.is_of_person
            and min(customers_identified.person_id) <> max(customers_identified.person_id)
        )

)

select * from identities_have_converged
