with

referrals as (

    select * from {{ source('after_sale', 'referrals') }}

),

stg_after_sale__referrals as (

    select
        cast(referral_id as {{ dbt.type_string() }}) as referral_id,
        updated_at,
        invited_at,
        cast(referrer_customer_id as {{ dbt.type_string() }}) as referrer_customer_id,
        referred_email_hmac as referred_email_hash,
        clicked_at,
        signed_up_at,
        cast(referred_customer_id as {{ dbt.type_string() }}) as referred_customer_id,
        cast(first_order_id as {{ dbt.type_string() }}) as first_order_id,
        rewarded_at,
        cast(reward_amount as {{ dbt.type_numeric() }}) as reward_amount,
        currency_code
    from referrals

)

select * from stg_after_sale__referrals
