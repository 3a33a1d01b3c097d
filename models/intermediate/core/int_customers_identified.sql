-- Persons who share a loyalty card, over any number of steps, are a household.
with

keys_linked as (

    select * from {{ ref('int_customer_keys_linked') }}

),

persons_identified as (

    select * from {{ ref('int_persons_identified') }}

),

household_links as (

    select distinct
        persons_identified.person_id as member_id,
        keys_linked.link_key
    from keys_linked
    inner join persons_identified
        on keys_linked.customer_id = persons_identified.customer_id
    where not keys_linked.is_of_person

),

{{ smallest_label("households", "household_links", 6) }},

int_customers_identified as (

    select
        persons_identified.customer_id,
        persons_identified.person_id,
        coalesce(households_6.label, persons_identified.person_id) as household_id
    from persons_identified
    left join households_6
        on persons_identified.person_id = households_6.member_id

)

select * from int_customers_identified
