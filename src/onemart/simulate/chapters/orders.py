"""What is ordered: orders and their lines, after the shelves that were empty.

Saves `orders`, `order_lines` and `lost_lines`; emits commerce.orders and commerce.order_lines. Told in
stretches of days that fit into memory; each looks back by the length of a stock cycle, since what is left
on a shelf depends on what was bought since it was filled.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from onemart.simulate.chapters.visits import make_visits
from onemart.simulate.engine import Story
from onemart.simulate.macros import CYCLE_DAYS

__all__ = ["EMITTED", "deliver", "order_stride", "tell"]

_LOOK_BACK = timedelta(days=CYCLE_DAYS + 2)
_LINES_AT_ONCE = 6_000_000

# Words that few rows share are numbers until they are written, which takes half the time then.
_WORDS = """
create type sku as enum (select sku from story.products order by sku);
create type product_kind as enum ('merchandise', 'gift_card', 'deposit', 'service');
create type category as enum (select category from story.categories order by category);
create type store_id as enum (select store_id from story.stores order by store_id);
create type channel as enum ('store', 'web', 'app');
create type currency_code as enum ('EUR', 'CHF', 'GBP', 'USD');
create type order_status as enum ('completed', 'cancelled');
"""

# What is sold costs about as much everywhere, in round figures of the currency.
_PRICE_LEVEL = """
create or replace macro price_level(currency_code) as
    case currency_code when 'CHF' then 1.12 when 'GBP' then 0.92 when 'USD' then 1.08 else 1.0 end
"""

# What a product costs and how much it is wanted in each week, with that week's promotions.
_ASSORTMENT = """
create or replace temp table assortment as
with weekly as (
    select
        products.*,
        weeks.week_no,
        case
            when products.category_no < 25 and u('promotion', products.product_no, weeks.week_no) < 0.09
                then pick([0.1, 0.2, 0.2, 0.3, 0.4], u('depth', products.product_no, weeks.week_no))
            else 0
        end::double as promotion_rate
    from story.products
    cross join (select distinct week_no from weeks) as weeks
    where products.launched_date <= monday(weeks.week_no)
        and (products.discontinued_date is null or products.discontinued_date > monday(weeks.week_no) + 6)
)
select
    weekly.product_no,
    weekly.week_no,
    weekly.category_no,
    weekly.sku::sku as sku,
    weekly.product_kind::product_kind as product_kind,
    weekly.is_serialised,
    weekly.tax_class,
    product_versions.category::category as category,
    (100 * product_versions.list_price_amount)::bigint as list_cents,
    weekly.promotion_rate,
    1 + (1e4 * weekly.popularity * pow(1 - weekly.promotion_rate, -weekly.elasticity))::bigint as weight
from weekly
inner join story.product_versions
    on weekly.product_no = product_versions.product_no
    -- Prices hold from Monday on; those the story begins with, from its first day on.
    and product_versions.changed_at < greatest(monday(weekly.week_no), first_day()) + to_hours(12)
    and (product_versions.next_changed_at is null
        or product_versions.next_changed_at >= greatest(monday(weekly.week_no), first_day()) + to_hours(12))
"""

_PRODUCT_PLACES = """
create or replace temp table product_places as
with summed as (
    select
        week_no,
        category_no,
        product_no,
        weight,
        sum(weight) over (partition by week_no, category_no order by product_no) as upto,
        sum(weight) over (partition by week_no, category_no) as total
    from assortment
)
select
    week_no,
    category_no,
    product_no,
    unnest(range((500 * (upto - weight) / total)::bigint, (500 * upto / total)::bigint)) as place
from summed
"""

_CATEGORY_PLACES = """
create or replace temp table category_places as
with weekly as (
    select
        weeks.week_no,
        types.customer_type,
        categories.category_no,
        (1e4 * categories.weight
            * (1 + categories.peak_strength * exp(-pow(least(
                abs(weekofyear(monday(weeks.week_no)) - categories.peak_week),
                52 - abs(weekofyear(monday(weeks.week_no)) - categories.peak_week)
            ) / 4.0, 2)))
            * case
                when types.customer_type = 'gifter' and categories.department in ('Gifts', 'Beauty', 'Vouchers') then 3
                when types.customer_type = 'bargain' and categories.department = 'Household' then 2
                when types.customer_type = 'loyal' and categories.department = 'Food' then 1.5
                else 1
            end)::bigint as weight
    from (select distinct week_no from weeks) as weeks
    cross join (values ('loyal'), ('bargain'), ('occasional'), ('gifter')) as types (customer_type)
    inner join story.categories
        on exists (
            select 1 from assortment
            where assortment.week_no = weeks.week_no and assortment.category_no = categories.category_no
        )
),
summed as (
    select
        *,
        sum(weight) over (partition by week_no, customer_type order by category_no) as upto,
        sum(weight) over (partition by week_no, customer_type) as total
    from weekly
)
select
    week_no,
    customer_type,
    category_no,
    unnest(range((1000 * (upto - weight) / total)::bigint, (1000 * upto / total)::bigint)) as place
from summed
"""

# The header of each order. At the till only the card tells who buys; online, some stay guests.
_HEADERS = """
create or replace temp table headers as
with redeemed as (
    select
        visits.order_id,
        max_by(offer_effects, u('which offer', visits.order_id, hash(offer_effects.offer_id) % 1000000)) as offer
    from visits
    inner join story.offer_effects
        on visits.customer_id = offer_effects.customer_id
        and visits.ordered_at >= offer_effects.from_at
        and visits.ordered_at < offer_effects.to_at
    where u('redeems', visits.order_id) < offer_effects.redeem_probability
    group by visits.order_id
)
select
    visits.order_id,
    visits.ordered_at,
    visits.customer_id,
    visits.store_no,
    stores.store_id::store_id as store_id,
    visits.is_online,
    case
        when not visits.is_online then 'store'
        when u('app', visits.customer_id) < 0.4 then 'app'
        else 'web'
    end::channel as channel,
    customers.customer_type,
    customers.country_code,
    case when visits.is_online then customers.currency_code else stores.currency_code end::currency_code
        as currency_code,
    customers.country_code <> 'US' as is_tax_included,
    case
        when visits.is_online then not customers.has_account or u('guest', visits.order_id) < 0.08
        else customers.loyalty_id is null or u('card shown', visits.order_id) > 0.85
    end as is_guest,
    case when is_guest and visits.is_online then customers.email end as guest_email,
    case when not visits.is_online and not is_guest then customers.loyalty_id end as loyalty_id,
    case
        when visits.is_online
            then concat('w', visits.customer_id, '-', visits.order_id)
    end as session_id,
    1 + poisson(
        least(12, customers.basket_mean - 1) * case when visits.is_online then 0.8 else 1.1 end,
        u('basket', visits.order_id)
    ) as line_count,
    redeemed.offer.offer_id as offer_id,
    redeemed.offer.discount_rate as offer_rate,
    redeemed.offer.discount_amount as offer_amount,
    visits.is_online and redeemed.offer.is_shipping_free as is_shipping_free,
    redeemed.offer.category as offer_category,
    (visits.ordered_at + to_seconds(store_days.seconds_ahead) - to_hours(stores.trading_day_start_hour))::date
        as trading_date,
    week_no(visits.ordered_at + to_seconds(store_days.seconds_ahead)) as week_no,
    case
        when visits.is_online and u('cancelled', visits.order_id) < 0.02
            then visits.ordered_at + to_seconds(600 + below(40000, u('cancelled after', visits.order_id)))
    end as cancelled_at,
    -- A till that was offline sends its sales days later.
    case
        when not visits.is_online and u('late', visits.order_id) < 0.004
            then visits.ordered_at + to_seconds(86400 + below(172800, u('lateness', visits.order_id)))
        else visits.ordered_at
    end as known_at
from visits
inner join story.customers on visits.customer_id = customers.customer_id
inner join story.stores on visits.store_no = stores.store_no
inner join store_days on visits.store_no = store_days.store_no and visits.ordered_at::date = store_days.day
left join redeemed on visits.order_id = redeemed.order_id
"""

# A line is of a favourite category, or of what people like them buy in that week; in it, the product that
# the customer always takes or another one, by how much each is wanted.
_WANTED = """
create or replace temp table wanted as
with lines as (
    select
        headers.order_id,
        headers.ordered_at,
        headers.customer_id,
        headers.store_no,
        headers.trading_date,
        headers.week_no,
        headers.customer_type,
        unnest(range(1, headers.line_count + 1))::int as line_number
    from headers
),
filed as (
    select
        lines.*,
        case
            when u('favourite', lines.order_id, lines.line_number) < 0.3
                then 1 + below(
                    24,
                    u('favourites', lines.customer_id, below(3, u('which', lines.order_id, lines.line_number)))
                )
            else category_places.category_no
        end as category_no
    from lines
    inner join category_places
        on lines.week_no = category_places.week_no
        and lines.customer_type = category_places.customer_type
        and below(1000, u('category', lines.order_id, lines.line_number)) = category_places.place
),
chosen as (
    select
        filed.*,
        product_places.product_no
    from filed
    inner join product_places
        on filed.week_no = product_places.week_no
        and filed.category_no = product_places.category_no
        and below(500, case
            when u('habit', filed.order_id, filed.line_number) < 0.3
                then u('habitual', filed.customer_id, filed.category_no)
            else u('product', filed.order_id, filed.line_number)
        end) = product_places.place
)
select
    order_id,
    line_number,
    ordered_at,
    store_no,
    trading_date,
    week_no,
    category_no,
    product_no,
    case
        when category_no between 13 and 25 then 1
        when u('quantity', order_id, line_number) < 0.72 then 1
        when u('quantity', order_id, line_number) < 0.92 then 2
        when u('quantity', order_id, line_number) < 0.97 then 3
        else 4 + below(3, u('many', order_id, line_number))
    end::int as quantity,
    cycle_no(store_no, product_no, trading_date) as cycle_no
from chosen
"""

# A shelf is filled up to its level when a cycle begins; what is wanted beyond that is lost.
_LOST = """
create or replace temp table lost as
with short as (
    select
        wanted.store_no,
        wanted.product_no,
        wanted.cycle_no,
        min(levels.unit_count) as unit_count
    from wanted
    inner join story.stock_levels as levels
        on wanted.store_no = levels.store_no and wanted.product_no = levels.product_no
    group by wanted.store_no, wanted.product_no, wanted.cycle_no
    having sum(wanted.quantity) > min(levels.unit_count)
),
running as (
    select
        wanted.*,
        short.unit_count,
        sum(wanted.quantity) over (
            partition by wanted.store_no, wanted.product_no, wanted.cycle_no
            order by wanted.ordered_at, wanted.order_id, wanted.line_number
            rows unbounded preceding
        ) as wanted_so_far
    from wanted
    inner join short
        on wanted.store_no = short.store_no
        and wanted.product_no = short.product_no
        and wanted.cycle_no = short.cycle_no
)
select order_id, line_number, store_no, product_no, trading_date, quantity, ordered_at
from running
where wanted_so_far > unit_count
"""

# What the lines that are there cost before offers. A view: of few orders it is read twice.
_PRICED = """
create or replace temp view priced as
with sold as (
    select
        wanted.*,
        headers.* exclude (order_id, ordered_at, store_no, trading_date, week_no, line_count),
        assortment.sku,
        assortment.product_kind,
        assortment.is_serialised,
        assortment.category,
        tax_rates.tax_rate,
        round_cents(
            assortment.list_cents
            * case when assortment.product_kind <> 'merchandise' then 1.0 else price_level(headers.currency_code) end
        ) as unit_cents,
        unit_cents * wanted.quantity as gross_cents,
        round_cents(gross_cents * assortment.promotion_rate) as promotion_cents,
        case
            when headers.loyalty_id is not null and assortment.promotion_rate = 0
                and assortment.product_kind = 'merchandise'
                then round_cents(gross_cents * 0.03)
            else 0
        end as loyalty_cents,
        gross_cents - promotion_cents - loyalty_cents as offered_cents,
        headers.offer_id is not null and assortment.product_kind = 'merchandise'
            and coalesce(headers.offer_category = assortment.category, true) as is_offered
    from wanted
    inner join headers on wanted.order_id = headers.order_id
    inner join assortment on wanted.week_no = assortment.week_no and wanted.product_no = assortment.product_no
    inner join tax_rates
        on headers.country_code = tax_rates.country_code and assortment.tax_class = tax_rates.tax_class
    where wanted.ordered_at >= timestamp '{start}' and wanted.ordered_at < timestamp '{end}'
        and not exists (
            select 1 from lost where lost.order_id = wanted.order_id and lost.line_number = wanted.line_number
        )
)
from sold
"""

# An amount is taken off the order: each line bears its part, and the parts add up to it.
_AMOUNTS_OFF = """
create or replace temp table amounts_off as
with offered as (
    select
        order_id,
        line_number,
        offered_cents,
        sum(offered_cents) over (partition by order_id order by line_number) as upto,
        sum(offered_cents) over (partition by order_id) as total,
        least(round_cents(100 * offer_amount * price_level(currency_code)), total) as amount_cents
    from priced
    where offer_amount > 0 and is_offered and offered_cents > 0
)
select
    order_id,
    line_number,
    (amount_cents * upto // total - amount_cents * (upto - offered_cents) // total)::bigint as amount_off_cents
from offered
"""

_LINES = """
with sold as (
    select
        priced.*,
        case
            when priced.is_offered then coalesce(
                amounts_off.amount_off_cents, round_cents(priced.offered_cents * priced.offer_rate)
            )
            else 0
        end as offer_cents,
        priced.offered_cents - offer_cents as net_cents,
        round_cents(
            net_cents * priced.tax_rate / case when priced.is_tax_included then 1 + priced.tax_rate else 1 end
        ) as tax_cents
    from priced
    left join amounts_off
        on priced.order_id = amounts_off.order_id and priced.line_number = amounts_off.line_number
)
select
    order_id,
    line_number,
    ordered_at,
    trading_date,
    known_at,
    cancelled_at,
    store_no,
    store_id,
    channel,
    customer_id,
    is_guest,
    sku,
    product_no,
    product_kind,
    category,
    is_serialised,
    quantity,
    money(unit_cents) as unit_price_amount,
    money(gross_cents) as gross_amount,
    money(promotion_cents) as promotion_discount_amount,
    money(loyalty_cents) as loyalty_discount_amount,
    money(offer_cents) as offer_discount_amount,
    case when offer_cents > 0 then offer_id end as offer_id,
    money(net_cents) as net_amount,
    tax_rate::decimal(6, 4) as tax_rate,
    money(tax_cents) as tax_amount,
    is_tax_included,
    currency_code,
    case when is_serialised then concat(sku, '-', order_id, '-', line_number) end as serial_number,
    case when product_kind = 'gift_card' then concat('GC', order_id, '-', line_number) end as gift_card_id,
    case when cancelled_at is null then 'completed'::order_status else 'cancelled'::order_status end as status
from sold
"""

# A rate is drawn once a day, not once an order.
_FX_RATES = """
create or replace temp table fx_rates as
select currency_code, day, fx_rate(currency_code, day) as rate
from (select distinct currency_code, ordered_at::date as day from headers)
"""

# An order is what is left of it; online, small ones pay for shipping. Cash is rounded in Switzerland.
_ORDERS = """
with totals as (
    select
        order_id,
        sum((100 * net_amount)::bigint)::bigint as net_cents,
        sum((100 * tax_amount)::bigint)::bigint as tax_cents,
        sum((100 * offer_discount_amount)::bigint)::bigint as offer_cents
    from story.order_lines
    where ordered_at >= timestamp '{start}' and ordered_at < timestamp '{end}'
    group by order_id
),
shipped as (
    select
        headers.*,
        headers.ordered_at::date as day,
        totals.net_cents,
        case when headers.is_online and totals.net_cents < 5900 then 495 else 0 end as full_shipping_cents,
        case when headers.is_shipping_free then 0 else full_shipping_cents end as shipping_cents,
        totals.offer_cents + full_shipping_cents - shipping_cents as offer_cents,
        totals.tax_cents + round_cents(
            shipping_cents * tax_rates.tax_rate / case when headers.is_tax_included then 1 + tax_rates.tax_rate else 1 end
        ) as tax_cents,
        totals.net_cents + shipping_cents + case when headers.is_tax_included then 0 else totals.tax_cents
            + round_cents(shipping_cents * tax_rates.tax_rate) end as exact_cents,
        case
            when headers.currency_code = 'CHF' and not headers.is_online and u('cash', headers.order_id) < 0.4
                then 5 * ((exact_cents + 2) // 5) - exact_cents
            else 0
        end as rounding_cents
    from headers
    inner join totals on headers.order_id = totals.order_id
    inner join tax_rates on headers.country_code = tax_rates.country_code and tax_rates.tax_class = 'standard'
)
select
    order_id,
    customer_id,
    is_guest,
    guest_email,
    ordered_at,
    known_at,
    cancelled_at,
    store_id,
    channel,
    currency_code,
    fx_rates.rate as fx_rate,
    is_tax_included,
    case when cancelled_at is null then 'completed' else 'cancelled' end as status,
    session_id,
    loyalty_id,
    money(net_cents) as line_net_amount,
    money(shipping_cents) as shipping_amount,
    money(tax_cents) as tax_amount,
    money(rounding_cents) as rounding_amount,
    money(exact_cents + rounding_cents) as total_amount,
    case when offer_cents > 0 then offer_id end as offer_id,
    money(offer_cents) as offer_discount_amount
from shipped
inner join fx_rates using (currency_code, day)
"""

# Versions of orders and of lines alike: as placed, as cancelled, and as taken back when it was a mistake.
EMITTED = """
select
    * exclude (customer_id, status, taken_back_at),
    {more}
    case when not is_guest then customer_id end as customer_id,
    case when version = 2 then 'cancelled' else 'completed' end as status,
    version = 3 as is_deleted,
    case version when 1 then ordered_at when 2 then cancelled_at else taken_back_at end as updated_at,
    case version when 1 then known_at when 2 then cancelled_at else taken_back_at end as emitted_at,
    case when version = 1 then coalesce(cancelled_at, taken_back_at) end as superseded_at
from (
    select
        *,
        cast(null as timestamp) as taken_back_at,
        unnest(case when cancelled_at is null then [1] else [1, 2] end) as version
    from story.{table}
    where ordered_at >= window_start() - interval 30 days
    {mistakes}
) as placed
"""

# Now and then a till sends a sale twice, the second time under a number that no order of the day has, and takes
# that back hours later. Nobody pays for it, and nothing leaves the shelf.
_MISTAKES = """
    union all by name
    select
        * replace (order_id + {half_stride} as order_id{more}),
        known_at + to_seconds(600 + below(20000, u('taken back', {table}.order_id))) as taken_back_at,
        unnest([1, 3]) as version
    from story.{table} as {table}
    where channel = 'store' and u('by mistake', {table}.order_id) < 0.002
        and ordered_at >= window_start() - interval 30 days
"""

# What an order replaces is known when goods and payments are settled.
_REPLACED = """(
    select min(exchanges.order_id) from story.exchanges where exchanges.exchange_order_id = placed.order_id
) as exchange_of_order_id,"""

# By what the shelf of a product is filled up to, for two weeks of what an average week sells and some.
_LEVELS = """
with totals as (
    select category_no, sum((1e4 * popularity)::bigint) as popularity
    from story.products
    where launched_date < first_day()::date
    group by category_no
),
expected as (
    select
        stores.store_no,
        products.product_no,
        -- Units that all customers of the first window want in a cycle, and the shelf's share of them.
        0.76 * customer_count()
            * case
                when stores.channel = 'online' then 0.42
                else
                    0.63 * stores.effect / countries.effect
                    * case stores.country_code when 'DE' then 0.56 when 'AT' then 0.1 when 'CH' then 0.12 when 'GB' then 0.14 else 0.14 end
            end
            * (0.7 * categories.weight / 98 + 0.3 / 24)
            * 1e4 * products.popularity / coalesce(totals.popularity, 1e4 * products.popularity) as unit_count
    from story.products
    inner join story.categories on products.category_no = categories.category_no
    left join totals on products.category_no = totals.category_no
    cross join story.stores
    inner join (
        select country_code, channel, sum((100 * effect)::bigint) / 100 as effect
        from story.stores
        group by country_code, channel
    ) as countries
        on stores.country_code = countries.country_code and stores.channel = countries.channel
    where products.product_kind = 'merchandise'
        and greatest(products.launched_date, first_day()::date) >= window_start()
)
select
    store_no,
    product_no,
    ceil(1.6 * unit_count + 3 * sqrt(unit_count) + 1)::int as unit_count
from expected
"""


# What was wanted in vain.
_TRUTH = """
select stores.store_id, products.sku, lost.trading_date, sum(lost.quantity)::bigint as lost_unit_count
from story.lost_lines as lost
inner join story.stores on lost.store_no = stores.store_no
inner join story.products on lost.product_no = products.product_no
group by all
"""


def order_stride(story: Story) -> int:
    """Return by how much the numbers of orders go on from day to day: far more than any day has."""
    return int(10 ** max(3, len(str(story.settings.customers // 10 - 1))))


def _stretches(story: Story) -> Iterator[tuple[datetime, datetime]]:
    """Yield stretches of the window with as many lines as fit into memory."""
    lines_per_day = 50 * story.settings.customers / 1095
    # No longer than the window: with few customers it would end after the last date there is.
    whole = (story.window.end - story.window.start).days + 1
    length = timedelta(days=max(7, min(whole, int(_LINES_AT_ONCE / lines_per_day))))
    start = story.window.start
    while start < story.window.end:
        end = min(start + length, story.window.end)
        yield start, end
        start = end


def _days(start: datetime, end: datetime) -> tuple[date, date]:
    """Return the days to be looked at for a stretch: it, and a stock cycle before."""
    return (start - _LOOK_BACK).date(), (end + timedelta(days=1)).date()


def tell(story: Story) -> None:
    """Place the window's orders."""
    if not story.has("offer_effects"):
        story.sql(
            "create or replace view story.offer_effects as select 0::bigint as customer_id, '' as offer_id,"
            " first_day() as from_at, first_day() as to_at, 1.0::double as rate_multiplier,"
            " 0.0::double as redeem_probability, 0.0::double as discount_rate, 0.0::double as discount_amount,"
            " false as is_shipping_free, '' as category where false"
        )
    story.sql(_WORDS)
    story.sql(_PRICE_LEVEL)
    story.save("stock_levels", _LEVELS)
    story.sql("create or replace temp table tax_rates as select * from story.tax_rates")
    for number, (start, end) in enumerate(_stretches(story)):
        first, last = _days(start, end)
        make_visits(story, first, last, order_stride(story))
        for statement in (
            _ASSORTMENT, _PRODUCT_PLACES, _CATEGORY_PLACES, _HEADERS, _FX_RATES, _WANTED, _LOST,
            _PRICED.format(start=start, end=end), _AMOUNTS_OFF,
        ):  # fmt: skip
            story.sql(statement)
        part = f"{number:04d}"
        lost = f"select * from lost where ordered_at >= timestamp '{start}' and ordered_at < timestamp '{end}'"
        story.save("lost_lines", lost, part=part)
        story.save("order_lines", _LINES, part=part)
        story.save("orders", _ORDERS.format(start=start, end=end), part=part)
    mistakes = _mistakes(story, "order_lines", ", null as serial_number, null as gift_card_id")
    story.emit(
        "commerce.order_lines", EMITTED.format(table="order_lines", more="", mistakes=mistakes)
    )
    story.truth("lost_demand", _TRUTH)


def deliver(story: Story) -> None:
    """Deliver the window's orders, once it is known which of them replace another's goods."""
    mistakes = _mistakes(story, "orders")
    story.emit("commerce.orders", EMITTED.format(table="orders", more=_REPLACED, mistakes=mistakes))


def _mistakes(story: Story, table: str, more: str = "") -> str:
    """Return SQL that adds the orders, or lines, that a till sent by mistake."""
    return _MISTAKES.format(table=table, half_stride=order_stride(story) // 2, more=more)
