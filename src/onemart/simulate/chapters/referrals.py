"""Customers who bring customers: invitations, what came of them, and rewards.

Saves `invitations` (one row per invitation) and `first_orders` (one row per referred account with an order);
emits after_sale.referrals; its truth is `referrals`. That the brought buy more is in `customers`.
"""

from onemart.simulate.chapters.customers import AHEAD_DAYS, REFERRED_RATE
from onemart.simulate.engine import Story

__all__ = ["tell"]

# An invitation that succeeds goes out before the account is there, so accounts are looked at that join soon: the temporary
# table `accounts` of the customers' chapter knows them. Of those that do not succeed, each account sends one in four.
_INVITATIONS = """
with succeeding as (
    select
        customer_id as referral_id,
        1 + below(customer_id - 1, u('referrer', customer_id)) as referrer_id,
        customer_id as referred_id,
        joined_at - to_seconds(3600 + below({ahead_days} * 86400 - 3600, u('invited', customer_id))) as invited_at,
        invited_at + to_seconds(
            (date_diff('second', invited_at, joined_at) * u('link opened', customer_id))::bigint
        ) as clicked_at,
        joined_at as signed_up_at
    from accounts
    -- As the customers' chapter draws it.
    where customer_id > 1 and u('acquired', customer_id) >= 0.9
),
failing as (
    select
        1000000000 + customer_id * 4 + unnest(range(least(4, poisson(0.25, u('invitations', customer_id))))) as referral_id,
        customer_id as referrer_id,
        cast(null as bigint) as referred_id,
        greatest(joined_at, first_day()) + to_seconds((
            date_diff('second', greatest(joined_at, first_day()), least(dies_at, greatest(joined_at, first_day()) + to_days(1500)))
            * u('sends', referral_id)
        )::bigint) as invited_at,
        case when u('opened', referral_id) < 0.3 then invited_at + to_seconds(600 + below(400000, u('opens', referral_id))) end
            as clicked_at,
        cast(null as timestamp) as signed_up_at
    from story.customers
    where (joined_at >= window_start() and joined_at < window_end())
        or (is_there_at_start and window_start() = first_day())
),
-- Some invite themselves, to a second account.
own as (
    select
        500000000 + customer_id as referral_id,
        person_id as referrer_id,
        customer_id as referred_id,
        joined_at as invited_at,
        joined_at as clicked_at,
        joined_at as signed_up_at
    from story.customers
    where person_id <> customer_id and referred_by is null and u('own referral', customer_id) < 0.3
        and ((joined_at >= window_start() and joined_at < window_end())
            or (is_there_at_start and window_start() = first_day()))
)
select *, false as is_own from succeeding
where (invited_at >= window_start() and invited_at < window_end())
    or (invited_at < first_day() and window_start() = first_day())
union all
select *, false from failing
union all
select *, true from own
"""

# The first order that the shop knows an account's.
_FIRST_ORDERS = """
select
    orders.customer_id,
    min(orders.order_id) as order_id,
    -- Orders are numbered as time goes.
    min_by(orders.known_at, orders.order_id) as ordered_at,
    window_start() as found_from
from story.orders
inner join (select distinct referred_id from story.invitations where referred_id is not null) as referred
    on orders.customer_id = referred.referred_id
where orders.ordered_at >= window_start()
    and not orders.is_guest
    and orders.cancelled_at is null
    {unless_known}
group by orders.customer_id
"""

# An account without a name in the programme, because all its orders are a guest's, neither invites nor signs up.
_KNOWN = """
create or replace temp table known as
select
    invitations.*,
    referred.email as referred_email,
    referrers.currency_code,
    case when referred.has_account then invitations.signed_up_at end as account_made_at,
    -- An order is of an account, so of none before it is made.
    case when first_orders.order_id is not null then greatest(invitations.signed_up_at, first_orders.ordered_at) end
        as first_ordered_at,
    first_orders.order_id as first_order_id,
    case
        when not invitations.is_own and u('rewarded', invitations.referral_id) < 0.97
            then first_ordered_at + to_days(30) + to_seconds(below(259200, u('reward', invitations.referral_id)))
    end as rewarded_at
from story.invitations
inner join story.customers as referrers on invitations.referrer_id = referrers.customer_id
left join story.customers as referred on invitations.referred_id = referred.customer_id
left join story.first_orders on invitations.referred_id = first_orders.customer_id and referred.has_account
where referrers.has_account
"""

_VERSIONS = """
with told as (
    select
        *,
        unnest(versions(invited_at, clicked_at, account_made_at, first_ordered_at, rewarded_at)) as version
    from known
)
select
    referral_id,
    version.emitted_at as updated_at,
    invited_at,
    referrer_id as referrer_customer_id,
    case when account_made_at <= version.emitted_at then referred_email end as referred_email,
    case when clicked_at <= version.emitted_at then clicked_at end as clicked_at,
    case when account_made_at <= version.emitted_at then account_made_at end as signed_up_at,
    case when account_made_at <= version.emitted_at then referred_id end as referred_customer_id,
    case when first_ordered_at <= version.emitted_at then first_order_id end as first_order_id,
    case when rewarded_at <= version.emitted_at then rewarded_at end as rewarded_at,
    case when rewarded_at <= version.emitted_at then 10.00 end as reward_amount,
    currency_code,
    version.emitted_at,
    version.superseded_at
from told
"""


def tell(story: Story) -> None:
    """Let customers invite others."""
    story.save("invitations", _INVITATIONS.format(ahead_days=AHEAD_DAYS))
    known = (
        "and orders.customer_id not in"
        " (select customer_id from story.first_orders where found_from < window_start())"
    )
    story.save(
        "first_orders",
        _FIRST_ORDERS.format(unless_known=known if story.has("first_orders") else ""),
    )
    story.sql(_KNOWN)
    story.emit("after_sale.referrals", _VERSIONS)
    story.sql("drop table known")
    story.truth(
        "referrals",
        "select referral_id, referrer_id, referred_id, invited_at, is_own as is_self_referral,"
        f" {REFERRED_RATE} as rate_multiplier from story.invitations",
    )
