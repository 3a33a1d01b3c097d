"""What marketing mails and what becomes of it.

Emits marketing.email_events; plans nothing, for messages follow from customers and offers alone.

Everybody who wants mail gets a newsletter a month, and whoever is sent an offer by e-mail the offer's message.
Whoever has had enough unsubscribes from the message before, and gets no more. The dead still get mail,
which they do not open.
"""

from onemart.simulate.chapters.offers import NOT_UNSUBSCRIBED
from onemart.simulate.engine import Story

__all__ = ["tell"]

_EVENTS = f"""
with newsletters as (
    select
        unnest(range(
            date_trunc('month', window_start()) - interval 2 months, window_end(), interval 1 month
        )) as month_start,
        month_start + to_days(4 + below(5, u('newsletter', year(month_start), month(month_start)))::int)
            + interval 9 hours as sent_at,
        campaign_of('email', sent_at::date) as campaign_id,
        (year(month_start) - 2000) * 12 + month(month_start) as month_no
),
messages as (
    select
        customers.customer_id,
        customers.customer_type,
        customers.dies_at,
        customers.joined_at,
        customers.customer_id * 4096 + newsletters.month_no * 2 as message_id,
        newsletters.campaign_id,
        cast(null as varchar) as offer_id,
        newsletters.sent_at + to_seconds(below(7200, u('sent', message_id))) as sent_at
    from newsletters
    inner join story.customers
        on {NOT_UNSUBSCRIBED.format(moment="newsletters.sent_at")}
    where newsletters.sent_at >= first_day() and newsletters.sent_at >= window_start() - interval 32 days

    union all

    select
        customers.customer_id,
        customers.customer_type,
        customers.dies_at,
        customers.joined_at,
        -- Newsletters have even numbers, offers odd ones; both count from the year 2000.
        customers.customer_id * 4096 + (offers.offer_no - 48000) * 2 + 1,
        offers.campaign_id,
        offers.offer_id,
        offers.from_at + to_seconds(below(7200, u('sent', customers.customer_id, offers.offer_no)))
    from story.offer_assignments as assignments
    inner join story.offers on assignments.offer_id = offers.offer_id
    inner join story.customers on assignments.customer_id = customers.customer_id
    where assignments.arm = 'treatment'
        and offers.channel = 'email'
        and offers.from_at >= window_start() - interval 32 days
),
read as (
    select
        *,
        u('bounced', message_id) < 0.008 as is_bounced,
        case
            when not is_bounced
                and u('opened', message_id) < case customer_type when 'loyal' then 0.35 when 'bargain' then 0.3 else 0.18 end
                then sent_at + to_seconds(60 + least(1700000, exponential(1 / 28800.0, u('opened after', message_id)))::bigint)
        end as opens_at,
        case when opens_at < dies_at then opens_at end as opened_at,
        case
            when u('clicked', message_id) < case when offer_id is null then 0.12 else 0.25 end
                then opened_at + to_seconds(5 + below(600, u('clicked after', message_id)))
        end as clicked_at,
        -- The next newsletter is at least 26 days later, so that only one can be the last.
        case
            when offer_id is null and not is_bounced
                and unsubscribed_at(customer_id, joined_at) < sent_at + interval 26 days
                then unsubscribed_at(customer_id, joined_at)
        end as unsubscribed_at,
        case when u('complained', message_id) < 0.0002 then opened_at + interval 1 minute end as complained_at
    from messages
),
events as (
    select
        message_id,
        customer_id,
        campaign_id,
        offer_id,
        unnest([
            {{'kind_no': 0, 'event_kind': 'sent', 'event_at': sent_at}},
            {{
                'kind_no': 1,
                'event_kind': case when is_bounced then 'bounced' else 'delivered' end,
                'event_at': sent_at + to_seconds(2 + below(60, u('delivered', message_id)))
            }},
            {{'kind_no': 2, 'event_kind': 'opened', 'event_at': opened_at}},
            {{'kind_no': 3, 'event_kind': 'clicked', 'event_at': clicked_at}},
            {{'kind_no': 4, 'event_kind': 'unsubscribed', 'event_at': unsubscribed_at}},
            {{'kind_no': 5, 'event_kind': 'complained', 'event_at': complained_at}}
        ], recursive := true)
    from read
)
select
    message_id * 8 + kind_no as event_id,
    event_at,
    event_at as updated_at,
    message_id,
    customer_id,
    campaign_id,
    offer_id,
    event_kind,
    event_at as emitted_at
from events
where event_at is not null
"""


def tell(story: Story) -> None:
    """Mail, and let the mail be read."""
    story.emit("marketing.email_events", _EVENTS)
