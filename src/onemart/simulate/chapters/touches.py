"""The ways on which visitors come: journeys of touches, some of which end in an order.

Emits marketing.touches; plans nothing, for journeys follow from orders alone. Its truth is `channel_effects`.

A journey has one to five touches, however it ends. Each touch of a journey that ends in an order is drawn from
one mix of channels, each touch of another from the channel's usual mix. So the log odds of an order are the
sum of one number a touch, ln(share in orders / usual share), whatever else is in the path: that is the
channel's effect, and a logistic regression of orders on counts of touches finds it.

Journeys are stitched together when they end and known then, so a touch can be days old when it is delivered.
"""

from onemart.simulate.engine import Story

__all__ = ["tell"]

# Usual share of the channel in percent, and its share among the touches before an order. Email and paid search
# work; display is seen by whoever is about, bought or not.
_CHANNELS = """
create or replace temp table channels as
select * from (values
    (1, 'direct', 22, 26, 1.0),
    (2, 'organic_search', 24, 24, 1.0),
    (3, 'paid_search', 14, 19, 1.0),
    (4, 'paid_social', 12, 8, 0.7),
    (5, 'display', 14, 5, 0.15),
    (6, 'affiliate', 5, 4, 1.0),
    (7, 'email', 6, 10, 1.0),
    (8, 'referral', 3, 4, 1.0)
) as channels (channel_no, channel, usual_share, order_share, click_share)
"""

# Each in a hundred places has its channel, so that drawing one is looking it up.
_MIXES = """
create or replace temp table mixes as
with shares as (
    select channel, click_share, is_bought, case when is_bought then order_share else usual_share end as share,
        channel_no
    from channels
    cross join (values (true), (false)) as ends (is_bought)
),
summed as (
    select *, sum(share) over (partition by is_bought order by channel_no)::bigint as upto
    from shares
)
select is_bought, channel, click_share, unnest(range(upto - share, upto)) as place
from summed
"""

# After an online order come as many journeys that end in none as a Poisson number around 2.5, within six weeks.
_TOUCHES = """
with journeys as (
    select
        order_id,
        customer_id,
        unnest(range(1 + least(7, poisson(2.5, u('journeys', order_id))))) as journey_no,
        journey_no = 0 as is_bought,
        ordered_at + case
            when journey_no = 0 then interval 0 second
            else to_seconds(3600 + below(3628800, u('journey', order_id, journey_no)))
        end as ended_at,
        session_id
    from story.orders
    where session_id is not null and ordered_at >= window_start() - interval 50 days
),
touches as (
    select
        *,
        1 + least(4, floor(exponential(0.8, u('path', order_id, journey_no))))::int as touch_count,
        unnest(range(touch_count)) as touch_no
    from journeys
    where ended_at >= window_start()
),
drawn as (
    select
        *,
        touch_no = touch_count - 1 as is_last,
        touches.order_id * 64 + touches.journey_no * 8 + touches.touch_no as touch_id,
        below(100, u('channel', touch_id)) as place,
        -- Touches before the last are up to a day apart from each other.
        ended_at - to_seconds(
            120 + below(1700, u('stay', order_id, journey_no))
            + 86400 * (touch_count - 1 - touch_no)
            - below(80000, u('gap', touch_id)) * (not is_last)::int
        ) as touched_at
    from touches
)
select
    touch_id,
    touched_at,
    ended_at as updated_at,
    concat('v', customer_id, '-', below(2, u('device of', touch_id))) as visitor_id,
    -- Whoever buys signs in; others in six of ten journeys.
    case when drawn.is_bought or u('signed in', order_id, journey_no) < 0.6 then customer_id end as customer_id,
    case when drawn.is_bought and is_last then session_id else concat('s', touch_id) end as session_id,
    channel,
    campaign_of(channel, touched_at::date) as campaign_id,
    pick(['mobile', 'mobile', 'mobile', 'desktop', 'desktop', 'tablet'], u('device', order_id, journey_no)) as device_kind,
    (drawn.is_bought and is_last) or u('click', touch_id) < mixes.click_share as is_click,
    case when is_click then 1 + poisson(3.0, u('pages', touch_id)) else 0 end as page_view_count,
    ended_at as emitted_at
from drawn
inner join mixes on drawn.is_bought = mixes.is_bought and drawn.place = mixes.place
where touched_at >= first_day()
"""

_TRUTH = """
select
    channel,
    usual_share / 100 as usual_share,
    order_share / 100 as order_share,
    ln(order_share / usual_share) as log_odds
from channels
"""

_PLANTED = """
select
    'attribution' as topic_name,
    channel as subject_name,
    ln(order_share / usual_share) as planted_value,
    first_day() as told_at,
    first_day() as emitted_at
from channels
"""


def tell(story: Story) -> None:
    """Let the window's journeys end."""
    story.sql(_CHANNELS)
    story.sql(_MIXES)
    story.emit("marketing.touches", _TOUCHES)
    story.truth("channel_effects", _TRUTH)
    story.emit("simulation.planted_truths", _PLANTED)
