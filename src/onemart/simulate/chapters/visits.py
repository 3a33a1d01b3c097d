"""When who orders where: the temporary table `visits`, one row per order that somebody set out to place.

Each customer has a number of orders per week that is Poisson around their own rate times the calendar and
the store's effect; personal offers add orders of their own. No order knows of another, so any days
can be told alone.
"""

from datetime import date

from onemart.simulate.engine import Story

__all__ = ["make_visits"]

# How each day stands out, by country and way of buying: weekday, season, holidays that move, trend.
_CALENDAR = """
create or replace temp table calendar as
with days as (
    select
        unnest(range(
            monday(week_no(date '{first}'))::timestamp, timestamp '{end}' + interval 8 days, interval 1 day
        ))::date as day
),
dated as (
    select
        *,
        year(day) as y,
        day - easter(year(day)) as from_easter,
        day - black_friday(year(day)) as from_black_friday,
        date_diff('day', first_day()::date, day) / 365.25 as years
    from days
    cross join (values ('DE'), ('AT'), ('CH'), ('GB'), ('US')) as countries (country_code)
    cross join (values (false), (true)) as ways (is_online)
),
opened as (
    select
        *,
        not is_online and (
            (month(day) = 12 and day(day) = 25)
            or (country_code in ('DE', 'AT', 'CH') and (isodow(day) = 7 or from_easter in (-2, 1)
                or (month(day) = 1 and day(day) = 1) or (month(day) = 12 and day(day) = 26)))
            or (country_code = 'GB' and from_easter = 0)
            or (country_code = 'US' and from_black_friday = -1)
        ) as is_closed
    from dated
)
select
    country_code,
    is_online,
    day,
    week_no(day) as week_no,
    is_closed,
    case when is_closed then 0 else
        case when is_online then [1.1, 1.0, 0.95, 0.95, 0.9, 0.95, 1.15][isodow(day)]
            else [0.95, 0.9, 0.9, 1.0, 1.2, 1.35, 0.7][isodow(day)] end
        * (1 + 0.10 * sin(2 * pi() * (dayofyear(day) - 100) / 365.25)
            + case when is_online then 0.55 else 0.45 end * exp(-pow((dayofyear(day) - 348) / 11.0, 2)))
        * case when from_easter between -8 and -1 then 1.2 else 1.0 end
        * case
            when from_black_friday = 0 then case when is_online then 3.0 else 1.8 end
            when from_black_friday between 1 and 3 and is_online then 2.0
            else 1.0
        end
        * (1 + case when is_online then 0.10 else 0.02 end * years)
    end as effect
from opened
"""

# A thousand places in each week, each with its hour; a place is drawn evenly.
_HOURS = """
create or replace temp table hours as
with hourly as (
    select
        *,
        hour,
        (1e6 * effect * case
            when is_online then [2, 1, 1, 1, 1, 2, 3, 5, 6, 7, 7, 7, 8, 7, 6, 6, 7, 8, 10, 12, 13, 12, 8, 4][hour + 1]
            else [0, 0, 0, 0, 0, 0, 0, 2, 5, 7, 9, 10, 10, 8, 8, 9, 11, 13, 12, 8, 4, 1, 0, 0][hour + 1]
        end)::bigint as weight
    from calendar
    cross join (select unnest(range(24)) as hour)
),
summed as (
    select
        *,
        sum(weight) over (partition by country_code, is_online, week_no order by day, hour) as upto,
        sum(weight) over (partition by country_code, is_online, week_no) as total
    from hourly
)
select
    country_code,
    is_online,
    week_no,
    unnest(range(
        (1000 * (upto - weight) / total)::bigint,
        (1000 * upto / total)::bigint
    )) as place,
    day + to_hours(hour) as local_hour
from summed
where weight > 0
"""

_WEEKS = """
create or replace temp table weeks as
select
    country_code,
    week_no,
    monday(week_no)::timestamp as week_start,
    monday(week_no + 1)::timestamp as week_end,
    sum((1e6 * effect)::bigint) filter (not is_online) / 7e6 as store_effect,
    sum((1e6 * effect)::bigint) filter (is_online) / 7e6 as online_effect
from calendar
group by country_code, week_no
having count(*) = 14
"""

# What the clock of a store shows, and whether it is open.
_STORE_DAYS = """
create or replace temp table store_days as
with days as (
    select unnest(range(timestamp '{first}' - interval 1 day, timestamp '{end}' + interval 8 days, interval 1 day))::date as day
)
select
    stores.store_no,
    days.day,
    date_diff(
        'second',
        ((days.day + to_hours(12)) at time zone stores.time_zone) at time zone 'UTC',
        days.day + to_hours(12)
    ) as seconds_ahead,
    stores.channel = 'online' or (
        days.day >= stores.opened_date
        and (stores.closed_date is null or days.day <= stores.closed_date)
        and (stores.refit_from_date is null or days.day not between stores.refit_from_date and stores.refit_to_date)
    ) as is_trading
from story.stores
cross join days
"""

# A customer lives in one place at the end of each week.
_HOMES = """
create or replace temp table homes as
select
    customers.customer_id,
    customers.country_code,
    customers.weekly_rate,
    customers.online_share,
    customers.joined_at,
    customers.dies_at,
    stores.store_no,
    stores.effect,
    moves.moved_at as from_at,
    coalesce(
        lead(moves.moved_at) over (partition by moves.customer_id order by moves.moved_at),
        timestamp '9999-01-01'
    ) as to_at
from story.moves
inner join story.customers on moves.customer_id = customers.customer_id
inner join story.stores on moves.home_store_id = stores.store_id
where customers.joined_at < timestamp '{end}' and customers.dies_at >= timestamp '{first}'
"""

_SLOTS = """
create or replace temp table slots as
-- Few offers hold in a stretch: to be found before its weeks are.
with treated as materialized (
    select
        homes.*,
        offer_effects.offer_id,
        offer_effects.rate_multiplier,
        offer_effects.from_at as offered_from_at,
        offer_effects.to_at as offered_to_at
    from story.offer_effects
    inner join homes on offer_effects.customer_id = homes.customer_id
    where offer_effects.rate_multiplier > 1
        and offer_effects.to_at > timestamp '{first}' - interval 7 days
        and offer_effects.from_at < timestamp '{end}' + interval 7 days
),
means as (
    select
        homes.customer_id,
        homes.store_no,
        homes.country_code,
        weeks.week_no,
        0 as source_no,
        cast(null as timestamp) as from_at,
        cast(null as timestamp) as to_at,
        homes.weekly_rate * homes.online_share * weeks.online_effect as online_mean,
        homes.weekly_rate * (1 - homes.online_share) * homes.effect * weeks.store_effect as store_mean
    from homes
    inner join weeks on homes.country_code = weeks.country_code
    where weeks.week_end > timestamp '{first}' and weeks.week_start < timestamp '{end}'
        and homes.joined_at < weeks.week_end and homes.dies_at > weeks.week_start
        and homes.from_at < weeks.week_end and homes.to_at >= weeks.week_end

    union all

    -- What a treated customer orders beyond their own rate.
    select
        treated.customer_id,
        treated.store_no,
        treated.country_code,
        weeks.week_no,
        1 + hash(treated.offer_id)::ubigint % 1000000,
        treated.offered_from_at,
        treated.offered_to_at,
        treated.weekly_rate * (treated.rate_multiplier - 1) * treated.online_share * weeks.online_effect,
        treated.weekly_rate * (treated.rate_multiplier - 1) * (1 - treated.online_share) * treated.effect
            * weeks.store_effect
    from treated
    inner join weeks on treated.country_code = weeks.country_code
    where weeks.week_end > timestamp '{first}' and weeks.week_start < timestamp '{end}'
        and weeks.week_start < treated.offered_to_at and weeks.week_end > treated.offered_from_at
        and treated.from_at < weeks.week_end and treated.to_at >= weeks.week_end
),
counted as (
    select
        * exclude (online_mean, store_mean),
        online_mean / (online_mean + store_mean) as online_share,
        poisson(online_mean + store_mean, u('orders', customer_id, week_no, source_no)) as order_count
    from means
    where u('orders', customer_id, week_no, source_no) > exp(-(online_mean + store_mean))
)
select
    * exclude (order_count),
    (source_no * 10000 + week_no) * 64 + unnest(range(least(order_count, 63))) as slot
from counted
"""

_STORES_OF = """
create or replace temp table stores_of as
select country_code, list(store_no order by store_no) as store_nos
from story.stores
where channel = 'store'
group by country_code
"""

# Whoever joins does so by buying. A first order that finds its store closed goes online.
_VISITS = """
create or replace temp table visits as
with local as (
    select
        slots.customer_id,
        slots.slot,
        slots.from_at,
        slots.to_at,
        slots.country_code,
        u('way', slots.customer_id, slots.slot) < slots.online_share as is_online,
        slots.store_no as home_no,
        slots.week_no
    from slots
),
timed as (
    select
        local.*,
        case
            when local.is_online then 0
            when u('elsewhere', local.customer_id, local.slot) < 0.08
                then pick(stores_of.store_nos, u('other store', local.customer_id, local.slot))
            else local.home_no
        end as store_no,
        hours.local_hour + to_seconds(below(3600, u('second', local.customer_id, local.slot))) as local_at
    from local
    inner join hours
        on local.country_code = hours.country_code
        and local.is_online = hours.is_online
        and local.week_no = hours.week_no
        and below(1000, u('hour', local.customer_id, local.slot)) = hours.place
    inner join stores_of on local.country_code = stores_of.country_code
),
-- A store that trades into the night does so after midnight, too.
shifted as (
    select
        timed.* replace (
            case
                when stores.trading_day_start_hour > 0 and u('night', timed.customer_id, timed.slot) < 0.3
                    then timed.local_at + to_hours(6)
                -- The hours in which clocks are changed are left out.
                when timed.is_online and hour(timed.local_at) < 4 and month(timed.local_at) in (3, 10, 11)
                    then timed.local_at + to_hours(4)
                else timed.local_at
            end as local_at
        )
    from timed
    inner join story.stores on timed.store_no = stores.store_no
),
placed as (
    select
        shifted.customer_id,
        shifted.slot,
        shifted.is_online,
        shifted.store_no,
        shifted.local_at - to_seconds(store_days.seconds_ahead) as ordered_at,
        shifted.from_at,
        shifted.to_at
    from shifted
    inner join store_days
        on shifted.store_no = store_days.store_no and shifted.local_at::date = store_days.day
    where store_days.is_trading
),
first_orders as (
    select
        homes.customer_id,
        -1 as slot,
        not (calendar.is_closed or not store_days.is_trading)
            and u('way', homes.customer_id, -1) >= homes.online_share as is_in_store,
        homes.store_no,
        homes.joined_at as ordered_at
    from homes
    inner join store_days
        on homes.store_no = store_days.store_no
        and (homes.joined_at + to_hours(case homes.country_code when 'US' then -6 else 1 end))::date = store_days.day
    inner join calendar
        on homes.country_code = calendar.country_code
        and store_days.day = calendar.day
        and not calendar.is_online
    where homes.joined_at >= first_day() and homes.from_at = homes.joined_at
),
all_orders as (
    select placed.* exclude (from_at, to_at)
    from placed
    inner join homes
        on placed.customer_id = homes.customer_id
    where homes.from_at = homes.joined_at
        and placed.ordered_at > homes.joined_at
        and placed.ordered_at < homes.dies_at
        and (placed.from_at is null or (placed.ordered_at >= placed.from_at and placed.ordered_at < placed.to_at))
    union all
    select customer_id, slot, not is_in_store, case when is_in_store then store_no else 0 end, ordered_at
    from first_orders
)
select
    customer_id,
    slot,
    is_online,
    store_no,
    ordered_at,
    -- The day and the place in the day: no number depends on what is told together.
    date_diff('day', first_day(), ordered_at) * {stride}
        + row_number() over (partition by ordered_at::date order by ordered_at, customer_id, slot) as order_id
from all_orders
where ordered_at >= first_day() and ordered_at >= timestamp '{first}' and ordered_at < timestamp '{end}'
"""


def make_visits(story: Story, first: date, end: date, stride: int) -> None:
    """Make `visits` from the day `first` until before `end`; numbers go on by `stride` a day."""
    for statement in (_CALENDAR, _HOURS, _WEEKS, _STORE_DAYS, _HOMES, _SLOTS, _STORES_OF, _VISITS):
        story.sql(statement.format(first=first, end=end, stride=stride))
    story.sql("drop table slots")
