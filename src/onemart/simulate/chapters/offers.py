"""What marketing plans before anybody buys: campaigns, offers, and who is sent which.

Saves `campaigns`, `offers`, `offer_assignments` (one row per offer and customer) and `offer_effects` (one row
per offer and customer who is sent it: how much more they order, which the orders' chapter follows); emits
marketing.campaigns, marketing.offers and marketing.offer_assignments; its truth is `offer_effects`.

Each month has an offer whose audience is drawn by lot, with a holdout. Each third month has another one,
sent to those who buy most anyway: its receivers buy more than others for two reasons at once, so comparing
them with others does not tell its effect.
"""

from onemart.simulate.engine import Story

__all__ = ["NOT_UNSUBSCRIBED", "tell"]

# Macros that the later chapters of marketing use, too.
_MACROS = (
    """
    create or replace macro campaign_of(channel, day) as
        case
            when channel in ('paid_search', 'paid_social', 'display', 'affiliate', 'referral')
                then concat(channel, '-', year(day), 'Q', quarter(day))
            when channel = 'email' then concat('newsletter-', year(day), 'Q', quarter(day))
        end
    """,
    # Whoever was there at the start can have had enough from then on.
    """
    create or replace macro unsubscribed_at(customer_id, joined_at) as
        greatest(joined_at, first_day())
        + to_seconds(exponential(1 / (86400 * 365 * 8.0), u('unsubscribed', customer_id))::bigint)
    """,
    # How much more of their own rate a customer of a type orders while an offer holds.
    """
    create or replace macro offer_effect(customer_type, worth_rate, category, is_randomised) as
        case customer_type when 'bargain' then 0.9 when 'occasional' then 0.5 when 'loyal' then 0.15 else 0.0 end
        * worth_rate / 0.10
        * case when category is null then 1.0 else 0.6 end
        * case when is_randomised then 1.0 else 0.5 end
    """,
    """
    create or replace macro redeem_probability(customer_type) as
        case customer_type when 'bargain' then 0.7 when 'loyal' then 0.5 when 'occasional' then 0.4 else 0.2 end
    """,
)

NOT_UNSUBSCRIBED = """
    customers.has_account
    and customers.accepts_marketing
    and customers.joined_at < {moment}
    and coalesce(customers.erased_at > {moment}, true)
    and unsubscribed_at(customers.customer_id, customers.joined_at) > {moment}
"""
"""SQL: whether a customer gets mail from marketing at a moment."""

# Planned two weeks ahead. Offers that would have been planned before the story begins there are none.
_OFFERS = """
with months as (
    select unnest(range(
        date_trunc('month', window_start()), window_end() + interval 2 months, interval 1 month
    ))::date as month_date
),
numbered as (
    select
        month_date,
        is_randomised,
        (year(month_date) * 12 + month(month_date)) * 2 + is_randomised::int as offer_no
    from months
    cross join (values (true), (false)) as kinds (is_randomised)
    where is_randomised or month(month_date) % 3 = 0
),
chosen as (
    select
        *,
        month_date + (case when is_randomised then 2 else 12 end + below(8, u('offer day', offer_no)))::int as start_date,
        start_date + 13 as end_date,
        -- Five months have three of the one and one of each other.
        ['percent', 'amount', 'percent', 'free_shipping', 'percent'][
            1 + (12 * year(month_date) + month(month_date)) % 5
        ] as offer_kind,
        case when offer_kind = 'percent' then pick([0.10, 0.15, 0.20], u('offer rate', offer_no)) end as discount_rate,
        case when offer_kind = 'amount' then pick([5, 10], u('offer rate', offer_no)) end as discount_amount,
        -- An amount feels like its share of an order of 50, free shipping like a little less.
        coalesce(discount_rate, discount_amount / 50, 0.08)::double as worth_rate,
        case
            when offer_kind <> 'free_shipping' and u('offer scope', offer_no) < 0.4
                then (select pick(list(category order by category_no), u('offer category', offer_no))
                    from story.categories where department <> 'Vouchers')
        end as category,
        case when month(month_date) % 2 = 0 then 'direct_mail' else 'email' end as channel
    from numbered
)
select
    printf('O-%s-%s', strftime(month_date, '%Y%m'), case when is_randomised then 'lot' else 'best' end) as offer_id,
    offer_no,
    replace(offer_id, 'O-', 'C-') as campaign_id,
    case offer_kind
        when 'percent' then printf('%d%% off %s', (100 * discount_rate)::int, coalesce(category, 'everything'))
        when 'amount' then printf('%d off %s', discount_amount, coalesce(category, 'everything'))
        else 'free shipping'
    end as offer_name,
    offer_kind,
    is_randomised,
    channel,
    discount_rate::double as discount_rate,
    discount_amount::double as discount_amount,
    worth_rate,
    category,
    start_date,
    end_date,
    start_date::timestamp - interval 14 days + interval 10 hours as created_at,
    start_date::timestamp - interval 15 hours as assigned_at,
    start_date::timestamp + interval 7 hours as from_at,
    end_date::timestamp + interval 1 day as to_at,
    pick([0.0, 0.0, 0.25, 0.5], u('offer funding', offer_no)) as supplier_funding_rate,
    case channel when 'email' then 0.002 else 0.62 end as contact_cost_amount
from chosen
where created_at >= window_start() and created_at < window_end()
"""

_OFFER_VERSIONS = """
select
    offer_id, created_at as changed_at, campaign_id, offer_name, offer_kind, discount_rate, discount_amount,
    category, start_date, end_date, supplier_funding_rate, contact_cost_amount,
    created_at as emitted_at
from story.offers
"""

# What runs all the time is a campaign a quarter; an offer is a campaign of its own.
_CAMPAIGNS = """
with quarters as (
    select unnest(range(
        date_trunc('quarter', window_start()) - interval 3 months, window_end() + interval 3 months, interval 3 months
    ))::date as start_date
),
running as (
    select
        campaign_of(channel, start_date) as campaign_id,
        channel,
        campaign_kind,
        start_date,
        (start_date + interval 3 months - interval 1 day)::date as end_date,
        daily_amount * 90 * greatest(1, customer_count() / 1000) as budget_amount,
        false as is_randomised,
        start_date::timestamp - interval 7 days + interval 12 hours as created_at
    from quarters
    cross join (values
        ('paid_search', 'acquisition', 9), ('paid_social', 'acquisition', 7), ('display', 'brand', 4),
        ('affiliate', 'acquisition', 3), ('referral', 'retention', 0), ('email', 'retention', 0)
    ) as channels (channel, campaign_kind, daily_amount)
    where created_at < window_end()
        and (created_at >= window_start() or (window_start() = first_day() and end_date >= first_day()::date))
)
select
    campaign_id, replace(campaign_id, '_', ' ') as campaign_name, campaign_kind, channel, start_date, end_date,
    budget_amount::decimal(14, 2) as budget_amount, is_randomised, created_at,
    -- Some get more money after a month.
    case
        when budget_amount > 0 and u('more budget', hash(campaign_id) % 1000000) < 0.3
            then start_date::timestamp + interval 31 days
    end as raised_at
from running
union all
select
    campaign_id, offer_name, 'offer', channel, start_date, end_date, null, is_randomised, created_at, null
from story.offers
where created_at >= window_start()
"""

_CAMPAIGN_VERSIONS = """
with moments as (
    select *, created_at as changed_at, 1.0 as share from story.campaigns
    union all
    select *, raised_at, 1.2 from story.campaigns where raised_at is not null
)
select
    campaign_id, changed_at, campaign_name, campaign_kind, channel, start_date, end_date,
    budget_amount * share as budget_amount, is_randomised, changed_at as emitted_at
from moments
"""

# Nobody who draws or chooses can see who will come back; who buys much is seen.
_ASSIGNMENTS = f"""
select
    offers.offer_id,
    offers.offer_no,
    offers.campaign_id,
    customers.customer_id,
    customers.customer_type,
    offers.is_randomised,
    offers.assigned_at,
    offers.from_at,
    offers.to_at,
    offers.offer_kind,
    offers.discount_rate,
    offers.discount_amount,
    offers.worth_rate,
    offers.category,
    case
        when not offers.is_randomised or u('arm', customers.customer_id, offers.offer_no) < 0.8 then 'treatment'
        else 'holdout'
    end as arm
from story.offers
inner join story.customers
    on {NOT_UNSUBSCRIBED.format(moment="offers.assigned_at")}
where offers.assigned_at >= window_start() and offers.assigned_at < window_end()
    and u('audience', customers.customer_id, offers.offer_no) < case
        when offers.is_randomised then 0.2
        when customers.weekly_rate > 0.25 then 0.7
        when customers.weekly_rate > 0.1 then 0.15
        else 0.02
    end
"""

_EFFECTS = """
select
    customer_id,
    offer_id,
    from_at,
    to_at,
    1 + offer_effect(customer_type, worth_rate, category, is_randomised) as rate_multiplier,
    redeem_probability(customer_type)::double as redeem_probability,
    coalesce(discount_rate, 0) as discount_rate,
    coalesce(discount_amount, 0) as discount_amount,
    offer_kind = 'free_shipping' as is_shipping_free,
    category
from story.offer_assignments
where arm = 'treatment' and assigned_at >= window_start() and assigned_at < window_end()
"""

_ASSIGNED = """
select
    offer_id, customer_id, assigned_at, assigned_at as updated_at, arm, is_randomised,
    case when is_randomised then 0.8 end as treatment_probability, assigned_at as emitted_at
from story.offer_assignments
where assigned_at >= window_start() and assigned_at < window_end()
"""

_TRUTH = """
select
    offers.offer_id,
    offers.is_randomised,
    types.customer_type,
    1 + offer_effect(types.customer_type, offers.worth_rate, offers.category, offers.is_randomised) as rate_multiplier,
    redeem_probability(types.customer_type)::double as redeem_probability
from story.offers
cross join (values ('loyal'), ('bargain'), ('occasional'), ('gifter')) as types (customer_type)
"""


def tell(story: Story) -> None:
    """Plan the window's campaigns and offers, and draw their audiences."""
    for macro in _MACROS:
        story.sql(macro)
    story.save("offers", _OFFERS)
    story.save("campaigns", _CAMPAIGNS)
    story.save("offer_assignments", _ASSIGNMENTS)
    story.save("offer_effects", _EFFECTS)
    story.emit("marketing.campaigns", _CAMPAIGN_VERSIONS)
    story.emit("marketing.offers", _OFFER_VERSIONS)
    story.emit("marketing.offer_assignments", _ASSIGNED)
    story.truth("offer_effects", _TRUTH)
