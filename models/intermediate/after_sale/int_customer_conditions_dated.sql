-- What rules of eligibility can ask of a customer, each with the day that a rule counts from.
{%- set conditions = {
    "joined": "joined_date",
    "ordered": "last_sale_date",
    "account_closed": "case when is_deleted then changed_date end",
    "marketing_refused": "case when not has_marketing_consent then changed_date end",
    "offer_sent": "last_offered_date",
} %}

with

accounts as (

    select
        *,
        {{ to_reporting_date('created_at') }} as created_date,
        {{ to_reporting_date('changed_at') }} as changed_date
    from {{ ref('int_accounts_latest') }}

),

customers_first_valued as (

    select * from {{ ref('int_customers_first_valued') }}

),

offer_assignments as (

    select * from {{ ref('int_offer_assignments_unified') }}
    where arm = 'treatment'

),

last_offers as (

    select
        customer_id,
        {{ to_reporting_date('max(assigned_at)') }} as last_offered_date
    from offer_assignments
    group by customer_id

),

customers_joined as (

    select
        coalesce(accounts.customer_id, customers_first_valued.customer_id) as customer_id,
        coalesce(accounts.created_date, customers_first_valued.first_order_date) as joined_date,
        customers_first_valued.last_sale_date,
        accounts.changed_date,
        accounts.is_deleted,
        accounts.has_marketing_consent,
        last_offers.last_offered_date
    from accounts
    full outer join customers_first_valued
        on accounts.customer_id = customers_first_valued.customer_id
    left join last_offers
        on accounts.customer_id = last_offers.customer_id

),

conditions_of_customers as (

    {% for condition_name, condition_date in conditions.items() -%}
    select
        customer_id,
        '{{ condition_name }}' as condition_name,
        {{ condition_date }} as condition_date
    from customers_joined
    {{ "union all" if not loop.last }}
    {% endfor %}

),

int_customer_conditions_dated as (

    select
        customer_id,
        condition_name,
        condition_date
    from conditions_of_customers
    where condition_date is not null

)

select * from int_customer_conditions_dated
