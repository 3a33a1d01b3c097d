-- What makes customers one. An address or a number is a person's, a loyalty card a household's.
-- What many share is nobody's: a dummy number, the address of an office. What people decided goes
-- first: a decision to part takes a customer's keys out, a decision to join is a key of its own.
{%- set most_customers = 10 %}

with

keys_observed as (

    select * from {{ ref('int_customer_keys_observed') }}

),

decisions as (

    select * from {{ ref('identity_decisions') }}

),

keys_undecided as (

    select keys_observed.*
    from keys_observed
    left join decisions
        on keys_observed.customer_id = decisions.customer_id
        and decisions.decision = 'part'
    where decisions.customer_id is null

),

keys_decided as (

    select
        customer_id,
        'decision' as key_kind,
        decision_id as key_hash,
        cast(decided_date as {{ dbt.type_timestamp() }}) as first_seen_at
    from decisions
    where decision = 'join'
    union all
    select
        other_customer_id as customer_id,
        'decision' as key_kind,
        decision_id as key_hash,
        cast(decided_date as {{ dbt.type_timestamp() }}) as first_seen_at
    from decisions
    where decision = 'join'

),

keys_of_all as (

    select * from keys_undecided
    union all
    select * from keys_decided

),

keys_counted as (

    select
        *,
        count(*) over (partition by key_kind, key_hash) as customer_count
    from keys_of_all

),

int_customer_keys_linked as (

    select
        customer_id,
        key_kind,
        {{ dbt.concat(["key_kind", "' '", "key_hash"]) }} as link_key,
        first_seen_at,
        customer_count,
        key_kind <> 'loyalty_id' as is_of_person
    from keys_counted
    where customer_count between 2 and {{ most_customers }}

)

select * from int_customer_keys_linked
