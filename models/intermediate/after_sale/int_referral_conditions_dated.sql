-- What rules of eligibility can ask of a customer whom another one brought.
{%- set conditions = {
    "signed_up": "signed_up_date",
    "referred_themselves": "case when is_self_referral then signed_up_date end",
    "reward_given": "rewarded_date",
    "first_ordered": "first_order_date",
    "first_order_undone": "first_order_undone_date",
} %}

with

referrals as (

    select
        *,
        {{ to_reporting_date('signed_up_at') }} as signed_up_date,
        {{ to_reporting_date('rewarded_at') }} as rewarded_date
    from {{ ref('int_referrals_matched') }}
    where is_first_invitation

),

customers_first_valued as (

    select * from {{ ref('int_customers_first_valued') }}

),

refunds as (

    select * from {{ ref('stg_commerce__refunds') }}
    where refund_kind = 'goods' and not is_deleted

),

first_orders as (

    select
        referrals.referred_customer_id,
        customers_first_valued.first_order_id,
        customers_first_valued.first_order_date,
        customers_first_valued.first_order_unit_count
    from referrals
    inner join customers_first_valued
        on referrals.referred_customer_id = customers_first_valued.customer_id

),

first_orders_undone as (

    select
        first_orders.referred_customer_id,
        {{ to_reporting_date('max(refunds.refunded_at)') }} as first_order_undone_date
    from first_orders
    inner join refunds
        on first_orders.first_order_id = refunds.order_id
    group by first_orders.referred_customer_id
    having sum(refunds.unit_count) >= max(first_orders.first_order_unit_count)

),

referrals_joined as (

    select
        referrals.*,
        first_orders.first_order_date,
        first_orders_undone.first_order_undone_date
    from referrals
    left join first_orders
        on referrals.referred_customer_id = first_orders.referred_customer_id
    left join first_orders_undone
        on referrals.referred_customer_id = first_orders_undone.referred_customer_id

),

conditions_of_referrals as (

    {% for condition_name, condition_date in conditions.items() -%}
    select
        referred_customer_id as customer_id,
        '{{ condition_name }}' as condition_name,
        {{ condition_date }} as condition_date
    from referrals_joined
    {{ "union all" if not loop.last }}
    {% endfor %}

),

int_referral_conditions_dated as (

    select
        customer_id,
        condition_name,
        condition_date
    from conditions_of_referrals
    where condition_date is not null

)

select * from int_referral_conditions_dated
