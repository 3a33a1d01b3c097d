with

referrals as (

    select
        *,
        {{ to_reporting_date('invited_at') }} as invited_date,
        {{ to_reporting_date('signed_up_at') }} as signed_up_date,
        {{ to_reporting_date('rewarded_at') }} as rewarded_date
    from {{ ref('int_referrals_matched') }}

),

customers_first_valued as (

    select * from {{ ref('int_customers_first_valued') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates_filled') }}

),

referrals_joined as (

    select
        referrals.*,
        customers_first_valued.first_order_id as known_first_order_id,
        customers_first_valued.first_ordered_at,
        customers_first_valued.first_order_date,
        customers_first_valued.order_count,
        customers_first_valued.net_sales_amount,
        customers_first_valued.first_value_net_sales_amount,
        case
            when referrals.currency_code = '{{ currency_code() }}' then 1
            else exchange_rates.exchange_rate
        end as exchange_rate
    from referrals
    left join customers_first_valued
        on referrals.referred_customer_id = customers_first_valued.customer_id
    left join exchange_rates
        on referrals.rewarded_date = exchange_rates.rate_date
        and referrals.currency_code = exchange_rates.currency_code

),

fct_referrals as (

    select
        referral_id,
        referrer_customer_id,
        referred_customer_id,
        invited_at,
        invited_date,
        clicked_at,
        signed_up_at,
        signed_up_date,
        coalesce(first_order_id, known_first_order_id) as first_order_id,
        first_ordered_at,
        first_order_date,
        rewarded_at,
        rewarded_date,
        case
            when rewarded_at is not null then 'rewarded'
            when coalesce(first_order_id, known_first_order_id) is not null then 'ordered'
            when signed_up_at is not null then 'signed_up'
            when clicked_at is not null then 'clicked'
            else 'invited'
        end as funnel_stage,
        is_first_invitation,
        is_self_referral,
        cast({{ dbt.datediff('invited_date', 'signed_up_date', 'day') }} as {{ dbt.type_bigint() }})
            as days_to_sign_up_count,
        cast(coalesce(order_count, 0) as {{ dbt.type_bigint() }}) as referred_order_count,
        cast(coalesce(net_sales_amount, 0) as {{ dbt.type_numeric() }})
            as referred_net_sales_amount,
        first_value_net_sales_amount as referred_first_value_amount,
        {{ in_reporting_currency('reward_amount', 'currency_code', 'exchange_rate') }}
            as reward_amount,
        '{{ currency_code() }}' as currency_code,
        reward_amount as reward_currency_amount,
        currency_code as reward_currency_code,
        cast(exchange_rate as {{ dbt.type_numeric() }}) as exchange_rate
    from referrals_joined

)

select * from fct_referrals
