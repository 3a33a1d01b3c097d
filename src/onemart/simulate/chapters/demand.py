"""Demand that follows the assumptions of price elasticity and of the newsvendor exactly, for tests of recovery.

No customers, no season, no offers by person: each product of one store is wanted by a Poisson number a day, around

    base_rate * (price / first list price) ** -elasticity

Prices are cut by a random share in random weeks, whatever the demand. Each morning the shelf is filled up to a
level; what is wanted beyond is lost, so that sales of a day that ends at nothing on hand are censored. A product's
units of a day are one order of one line.

Saves `daily_demand`, `orders` and `order_lines`; emits commerce.orders, commerce.order_lines and
erp.inventory_snapshots; its truths are `demand` (one row per product) and `lost_demand`.
"""

from onemart.simulate.chapters.clean import sell
from onemart.simulate.chapters.orders import order_stride
from onemart.simulate.engine import Story

__all__ = ["tell"]

_PRODUCTS = """
create or replace temp table goods as
select
    product_no,
    sku,
    elasticity,
    launched_date,
    discontinued_date,
    (100 * list_price_amount)::bigint as unit_cents,
    least(40, 1 + 3 * popularity) as base_rate,
    -- Enough for most days at the full price.
    ceil(base_rate + sqrt(base_rate))::int as level
from story.products
where product_kind = 'merchandise'
"""

# Whole days, also those in which a window begins or ends: a day's units are sold at once.
_DEMAND = """
with days as (
    select unnest(range(window_start()::date::timestamp, window_end(), interval 1 day))::date as day
),
priced as (
    select
        goods.*,
        days.day,
        date_diff('day', date '2000-01-01', days.day) as day_no,
        pick([0.0, 0.0, 0.0, 0.1, 0.2, 0.3, 0.4], u('cut', goods.product_no, week_no(days.day)))::double as promotion_rate
    from goods
    inner join days
        on goods.launched_date <= days.day
        and (goods.discontinued_date is null or goods.discontinued_date >= days.day)
),
wanted as (
    select
        *,
        poisson(base_rate * pow(1 - promotion_rate, -elasticity), u('wanted', product_no, day_no)) as wanted_count
    from priced
)
select
    product_no,
    sku,
    day,
    unit_cents,
    promotion_rate,
    level,
    wanted_count,
    least(wanted_count, level)::int as sold_count,
    day + to_seconds(28800 + below(36000, u('second', product_no, day_no))) as ordered_at
from wanted
where ordered_at >= window_start() and ordered_at < window_end()
"""

_SOLD = """
create or replace temp table sold as
select
    date_diff('day', first_day(), ordered_at) * {stride} + product_no as order_id,
    ordered_at,
    'S01' as store_id,
    'store' as channel,
    cast(null as bigint) as customer_id,
    product_no,
    sold_count as quantity,
    unit_cents,
    round_cents(unit_cents * sold_count * promotion_rate) as promotion_cents
from story.daily_demand
where ordered_at >= window_start() and sold_count > 0
"""

# The day is over everywhere at 14:00 UTC of the next one. What was sold came back in the morning.
_SNAPSHOTS = """
select
    'S01' as store_id,
    sku,
    day as stock_date,
    day + to_hours(38) as updated_at,
    level - sold_count as on_hand_unit_count,
    0 as inbound_unit_count,
    coalesce(lag(sold_count) over (partition by product_no order by day), level) as received_unit_count,
    sold_count as sold_unit_count,
    0 as written_off_unit_count,
    day + to_hours(38) as emitted_at
from story.daily_demand
"""


def tell(story: Story) -> None:
    """Let the window's demand meet the shelves."""
    story.sql(_PRODUCTS)
    story.save("daily_demand", _DEMAND)
    story.sql(_SOLD.format(stride=order_stride(story)))
    sell(story)
    story.emit("erp.inventory_snapshots", _SNAPSHOTS)
    story.truth("demand", "select sku, base_rate, elasticity, level from goods")
    story.truth(
        "lost_demand",
        "select 'S01' as store_id, sku, day as trading_date, wanted_count - sold_count as lost_unit_count"
        " from story.daily_demand where wanted_count > sold_count",
    )
    story.sql("drop table goods; drop table sold")
