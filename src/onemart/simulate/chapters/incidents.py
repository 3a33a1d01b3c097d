"""A shop in which nothing happens but for one thing a week, now and then: what a bulletin has to name.

Each product of one store is wanted by a Poisson number a day at a constant price, without season, promotion or
customers; each unit is an order of its own. Three weeks have an incident, counted in whole weeks before the end of
the story's first window:

- `stock_out`, the ninth from the end: the shelves of the categories that sell most, a third of all sales
  or more together, are empty from Monday to Sunday;
- `price_change`, the fifth: every product costs a quarter more, and is wanted by its elasticity;
- `lost_feed`, the last whole one: what was sold on Wednesday and Thursday is never delivered.

Saves `daily_demand`, `orders` and `order_lines`; emits commerce.orders, commerce.order_lines and
erp.inventory_snapshots; its truths are `incidents`, one row per week with an incident, and `lost_demand`.
"""

from onemart.simulate.chapters.clean import sell
from onemart.simulate.engine import Story

__all__ = ["tell"]

# By how much the numbers of orders go on from day to day: no day has as many.
_STRIDE = 1_000_000

# Monday of the week of an incident, so many whole weeks before the end of the first window.
_INCIDENTS = """
create or replace temp table incidents as
select
    incident,
    (date_trunc('week', base_end()) - to_days(7 * weeks_before))::date as week_start_date
from (values ('stock_out', 9), ('price_change', 5), ('lost_feed', 1)) as planted (incident, weeks_before)
"""

# Every product is there all the time: nothing is launched or ends.
_GOODS = """
create or replace temp table goods as
with wanted as (
    select
        product_no,
        sku,
        category,
        elasticity,
        (100 * list_price_amount)::bigint as unit_cents,
        -- Dear things sell less, so that no category has most of the sales, and no week hangs on a few of them.
        least(20, 1000 * (1 + 3 * popularity) / unit_cents) * customer_count() / 2000.0 as base_rate,
        ceil(3 * base_rate + 20)::int as level
    from story.products
    where product_kind = 'merchandise'
        and launched_date < first_day()
        and (discontinued_date is null or discontinued_date > base_end())
        and list_price_amount < 50
),
categories as (
    select category, sum(base_rate * unit_cents) as worth
    from wanted
    group by category
),
ranked as (
    select *, sum(worth) over (order by worth desc, category) - worth as before, sum(worth) over () as whole
    from categories
)
select wanted.*, ranked.before < 0.33 * ranked.whole as runs_out
from wanted
inner join ranked on wanted.category = ranked.category
"""

_DEMAND = """
with days as (
    select unnest(range(window_start()::date::timestamp, window_end(), interval 1 day))::date as day
),
known as (
    select
        goods.*,
        days.day,
        date_diff('day', date '2000-01-01', days.day) as day_no,
        incidents.incident,
        case when incidents.incident = 'price_change' then 1.25 else 1.0 end as price_factor
    from goods
    cross join days
    left join incidents on date_trunc('week', days.day) = incidents.week_start_date
),
wanted as (
    select *, poisson(base_rate * pow(price_factor, -elasticity), u('wanted', product_no, day_no)) as wanted_count
    from known
)
select
    product_no,
    sku,
    category,
    day,
    incident,
    round_cents(unit_cents * price_factor) as unit_cents,
    level,
    wanted_count,
    coalesce(incident = 'stock_out' and runs_out, false) as is_empty,
    case when coalesce(incident = 'stock_out' and runs_out, false) then 0 else least(wanted_count, level) end::int as sold_count,
    coalesce(incident = 'lost_feed' and isodow(day) in (3, 4), false) as is_lost,
    day + to_seconds(28800 + below(36000, u('second', product_no, day_no))) as ordered_at
from wanted
where ordered_at >= window_start() and ordered_at < window_end()
"""

_SOLD = """
create or replace temp table sold as
with units as (
    select *, unnest(range(sold_count)) as unit_no
    from story.daily_demand
    where ordered_at >= window_start() and not is_lost
)
select
    date_diff('day', first_day(), ordered_at) * {stride}
        + row_number() over (partition by day order by product_no, unit_no) as order_id,
    ordered_at + to_seconds(unit_no) as ordered_at,
    'S01' as store_id,
    'store' as channel,
    cast(null as bigint) as customer_id,
    product_no,
    1 as quantity,
    unit_cents,
    0 as promotion_cents
from units
"""

# The evening before the shelves are found empty what is left is written off; until they are filled there is no news.
_SNAPSHOTS = """
with shelves as (
    select
        *,
        lead(is_empty, 1, false) over (partition by product_no order by day) as runs_out_tonight,
        lag(is_empty, 1, false) over (partition by product_no order by day) as was_empty,
        lag(sold_count) over (partition by product_no order by day) as sold_before
    from story.daily_demand
)
select
    'S01' as store_id,
    sku,
    day as stock_date,
    day + to_hours(38) as updated_at,
    case when runs_out_tonight then 0 else level - sold_count end as on_hand_unit_count,
    0 as inbound_unit_count,
    case when was_empty then level else coalesce(sold_before, level) end as received_unit_count,
    sold_count as sold_unit_count,
    case when runs_out_tonight then level - sold_count else 0 end as written_off_unit_count,
    day + to_hours(38) as emitted_at
from shelves
where not is_empty
"""


def tell(story: Story) -> None:
    """Let an even demand meet the three incidents."""
    story.sql(_INCIDENTS)
    story.sql(_GOODS)
    story.save("daily_demand", _DEMAND)
    story.sql(_SOLD.format(stride=_STRIDE))
    sell(story)
    story.emit("erp.inventory_snapshots", _SNAPSHOTS)
    story.truth("incidents", "from incidents order by week_start_date")
    story.truth(
        "lost_demand",
        "select 'S01' as store_id, sku, day as trading_date, wanted_count - sold_count as lost_unit_count"
        " from story.daily_demand where wanted_count > sold_count",
    )
    story.sql("drop table incidents; drop table goods; drop table sold")
