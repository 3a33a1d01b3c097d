-- One person over accounts and guests: whoever is joined by keys, over any number of steps, takes
-- the smallest id among them. Persons who share a loyalty card are a household. Six rounds reach
-- over seven in a row; a test holds that no more are needed.
with

keys_linked as (

    select * from {{ ref('int_customer_keys_linked') }}

),

keys_observed as (

    select distinct customer_id from {{ ref('int_customer_keys_observed') }}

),

person_links as (

    select
        customer_id as member_id,
        link_key
    from keys_linked
    where is_of_person

),

{{ smallest_label("persons", "person_links", 6) }},

household_links as (

    select distinct
        coalesce(persons_6.label, keys_linked.customer_id) as member_id,
        keys_linked.link_key
    from keys_linked
    left join persons_6
        on keys_linked.customer_id = persons_6.member_id
    where not keys_linked.is_of_person

),

{{ smallest_label("households", "household_links", 6) }},

customers as (

    select customer_id from keys_observed
    union distinct
    select customer_id from keys_linked

),

customers_labelled as (

    select
        customers.customer_id,
        coalesce(persons_6.label, customers.customer_id) as person_id
    from customers
    left join persons_6
        on customers.customer_id = persons_6.member_id

),

int_customers_identified as (

    select
        customers_labelled.customer_id,
        customers_labelled.person_id,
        coalesce(households_6.label, customers_labelled.person_id) as household_id
    from customers_labelled
    left join households_6
        on customers_labelled.person_id = households_6.member_id

)

select * from int_customers_identified
