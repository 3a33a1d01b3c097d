-- An account can be brought once: of several invitations to it the first counts. Who invited
-- himself shows by the person behind both accounts; before he signs up, by the address invited.
with

referrals as (

    select * from {{ ref('stg_after_sale__referrals') }}

),

accounts as (

    select * from {{ ref('int_accounts_latest') }}

),

customers_identified as (

    select * from {{ ref('int_customers_identified') }}

),

referrals_ranked as (

    select
        *,
        row_number() over (
            partition by referred_customer_id
            order by invited_at, referral_id
        ) as invitation_rank
    from referrals

),

int_referrals_matched as (

    select
        referrals_ranked.referral_id,
        referrals_ranked.referrer_customer_id,
        referrals_ranked.referred_customer_id,
        referrals_ranked.invited_at,
        referrals_ranked.clicked_at,
        referrals_ranked.signed_up_at,
        referrals_ranked.first_order_id,
        referrals_ranked.rewarded_at,
        referrals_ranked.reward_amount,
        referrals_ranked.currency_code,
        referrals_ranked.referred_customer_id is not null
        and referrals_ranked.invitation_rank = 1 as is_first_invitation,
        coalesce(
            referrals_ranked.referrer_customer_id = referrals_ranked.referred_customer_id
            or referrals_ranked.referred_email_hash = referrers.email_hash
            or referred.person_id = referring.person_id,
            false
        ) as is_self_referral
    from referrals_ranked
    left join accounts as referrers
        on referrals_ranked.referrer_customer_id = referrers.customer_id
    left join customers_identified as referring
        on referrals_ranked.referrer_customer_id = referring.customer_id
    left join customers_identified as referred
        on referrals_ranked.referred_customer_id = referred.customer_id

)

select * from int_referrals_matched
