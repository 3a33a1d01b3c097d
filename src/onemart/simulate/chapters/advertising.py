"""What marketing pays for and what came of offers: ad spend and redemptions.

Emits marketing.ad_spend and marketing.offer_redemptions; plans nothing.
"""

from onemart.simulate.engine import Story

__all__ = ["tell"]

# A network states a day the next morning, and finally two days later. It grows with the shop, and its clicks are
# what the channel's price buys; paid social is billed in dollars.
_AD_SPEND = """
with spend as (
    select
        campaigns.campaign_id,
        campaigns.channel,
        days.day,
        channels.impressions * greatest(1, customer_count() / 1000)
            * (0.8 + 0.4 * u('impressions', channels.channel_no, days.day_no))
            * case when isodow(days.day) > 5 then 0.7 else 1.0 end
            * case when month(days.day) in (11, 12) then 1.5 else 1.0 end as impressions,
        channels.click_rate * (0.9 + 0.2 * u('click rate', channels.channel_no, days.day_no)) as click_rate,
        channels.click_price * (0.9 + 0.2 * u('click price', channels.channel_no, days.day_no)) as click_price,
        channels.currency_code
    from story.campaigns
    inner join (values
        (1, 'paid_search', 300, 0.04, 0.70, 'EUR'), (2, 'paid_social', 900, 0.012, 0.60, 'USD'),
        (3, 'display', 3000, 0.002, 0.55, 'EUR'), (4, 'affiliate', 200, 0.03, 0.50, 'EUR')
    ) as channels (channel_no, channel, impressions, click_rate, click_price, currency_code)
        on campaigns.channel = channels.channel
    inner join (
        select
            unnest(range(greatest(first_day(), window_start() - interval 4 days), window_end(), interval 1 day))::date as day,
            date_diff('day', date '2000-01-01', day) as day_no
    ) as days
        on days.day between campaigns.start_date and campaigns.end_date
    where campaigns.campaign_kind <> 'offer'
),
stated as (
    select
        *,
        unnest([1, 2]) as version,
        case version when 1 then 0.97 else 1.0 end as share,
        floor(impressions * share)::bigint as impression_count,
        floor(impressions * share * click_rate)::bigint as click_count
    from spend
)
select
    day as spend_date,
    campaign_id,
    day::timestamp + to_hours(case version when 1 then 30 else 78 end) as updated_at,
    channel,
    impression_count,
    click_count,
    cents(click_count * click_price) as cost_amount,
    currency_code,
    updated_at as emitted_at,
    case when version = 1 then day::timestamp + interval 78 hours end as superseded_at
from stated
"""

_REDEMPTIONS = """
select
    orders.order_id as redemption_id,
    orders.ordered_at as redeemed_at,
    orders.known_at as updated_at,
    orders.offer_id,
    orders.customer_id,
    orders.order_id,
    orders.offer_discount_amount as discount_amount,
    orders.currency_code,
    orders.known_at as emitted_at
from story.orders
where orders.offer_id is not null and orders.ordered_at >= window_start() - interval 30 days
"""


def tell(story: Story) -> None:
    """Bill the window's ads and book its redemptions."""
    story.emit("marketing.ad_spend", _AD_SPEND)
    story.emit("marketing.offer_redemptions", _REDEMPTIONS)
