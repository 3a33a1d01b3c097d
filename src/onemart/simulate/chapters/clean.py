"""Customers who follow the assumptions of one estimator exactly, so that it can be tested for recovery.

No season, no offers, no empty shelves: each customer joins with a first order, orders again after
exponential gaps at a rate of their own, and stops as the mode says; each order is one line, whose amount
follows the Gamma-Gamma model, independent of the rate.

- `bgnbd` (Fader, Hardie and Lee 2005): rates are Gamma(r, alpha) per week; after each repeat order a customer
  stops with a probability of their own, which is Beta(a, b).
- `paretonbd` (Schmittlein, Morrison and Colombo 1987): rates likewise; customers stop after an exponential
  time, whose rate is Gamma(s, beta) per week.

Saves `orders` and `order_lines`; emits commerce.orders and commerce.order_lines; its truths are `parameters` and
`rates`, one row per customer.
"""

from onemart.simulate.chapters import customers
from onemart.simulate.chapters.orders import EMITTED, order_stride
from onemart.simulate.engine import Story

__all__ = ["sell", "tell"]

# By name; a shape of one half is half the square of a normal number, a whole one a sum of exponentials.
_PARAMETERS = {
    "bgnbd": {"r": 0.5, "alpha": 2.5, "a": 1, "b": 3, "p": 4, "q": 3, "gamma": 30},
    "paretonbd": {"r": 0.5, "alpha": 2.5, "s": 0.5, "beta": 10, "p": 4, "q": 3, "gamma": 30},
}

_RATES = """
create or replace temp table rates as
select
    customer_id,
    joined_at,
    pow(normal(u('rate', customer_id)), 2) / (2 * 2.5) as weekly_rate,
    case when {is_bgnbd} then 1 - pow(u('stop', customer_id), 1 / 3.0) end as stop_probability,
    case when not {is_bgnbd} then pow(normal(u('death rate', customer_id)), 2) / (2 * 10) end as weekly_death_rate,
    -- The number of the last repeat order, or the time of the end.
    case when {is_bgnbd} then ceil(ln(u('stops', customer_id)) / ln(1 - stop_probability)) end as last_number,
    case
        when not {is_bgnbd}
            then joined_at + to_seconds(least(3e9, 604800 * exponential(weekly_death_rate, u('death', customer_id)))::bigint)
    end as dies_at,
    30 / (exponential(1, u('spend', customer_id, 1)) + exponential(1, u('spend', customer_id, 2))
        + exponential(1, u('spend', customer_id, 3))) as mean_spend
from story.customers
where joined_at < window_end()
"""

# So many gaps as surely reach beyond the window; whole seconds, so that they add up alike everywhere.
_PLACED = """
create or replace temp table placed as
with expected as (
    select *, weekly_rate * date_diff('second', joined_at, window_end()) / 604800.0 as order_count
    from rates
),
gaps as (
    select
        customer_id,
        joined_at,
        dies_at,
        mean_spend,
        unnest(range(least(order_count + 8 * sqrt(order_count) + 30, coalesce(last_number, 1e9))::bigint + 1)) as number,
        case
            when number = 0 then 0
            else 1 + least(3e9, 604800 * exponential(weekly_rate, u('gap', customer_id, number)))::bigint
        end as seconds
    from expected
),
timed as (
    select
        customer_id,
        number,
        dies_at,
        joined_at + to_seconds(sum(seconds) over (
            partition by customer_id order by number rows unbounded preceding
        )::bigint) as ordered_at,
        greatest(1, round_cents(100 * mean_spend * (
            exponential(1, u('amount', customer_id, number, 1)) + exponential(1, u('amount', customer_id, number, 2))
            + exponential(1, u('amount', customer_id, number, 3)) + exponential(1, u('amount', customer_id, number, 4))
        ))) as cents
    from gaps
)
select
    customer_id,
    ordered_at,
    cents,
    date_diff('day', first_day(), ordered_at) * {stride}
        + row_number() over (partition by ordered_at::date order by ordered_at, customer_id, number) as order_id
from timed
where ordered_at >= window_start()::date and ordered_at < window_end()
    and (dies_at is null or ordered_at < dies_at)
"""

_SOLD = """
create or replace temp table sold as
with goods as (
    select list(product_no order by product_no) as product_nos
    from story.products
    where product_kind = 'merchandise' and launched_date < first_day()
)
select
    placed.order_id,
    placed.ordered_at,
    'ONLINE' as store_id,
    'web' as channel,
    placed.customer_id,
    pick(goods.product_nos, u('product', placed.order_id)) as product_no,
    1 as quantity,
    placed.cents as unit_cents,
    0 as promotion_cents
from placed
cross join goods
where placed.ordered_at >= window_start()
"""

_LINES = """
select
    sold.order_id,
    1 as line_number,
    sold.ordered_at,
    sold.ordered_at as known_at,
    cast(null as timestamp) as cancelled_at,
    sold.store_id,
    sold.channel,
    sold.customer_id,
    sold.customer_id is null as is_guest,
    products.sku,
    products.product_kind,
    products.category,
    sold.quantity,
    money(sold.unit_cents) as unit_price_amount,
    money(sold.unit_cents * sold.quantity) as gross_amount,
    money(sold.promotion_cents) as promotion_discount_amount,
    money(0) as loyalty_discount_amount,
    money(0) as offer_discount_amount,
    cast(null as text) as offer_id,
    money(sold.unit_cents * sold.quantity - sold.promotion_cents) as net_amount,
    0.0::decimal(6, 4) as tax_rate,
    money(0) as tax_amount,
    true as is_tax_included,
    'EUR' as currency_code,
    cast(null as text) as serial_number,
    cast(null as text) as gift_card_id,
    'completed' as status
from sold
inner join story.products on sold.product_no = products.product_no
"""

_ORDERS = """
select
    order_id,
    customer_id,
    is_guest,
    cast(null as text) as guest_email,
    ordered_at,
    known_at,
    cancelled_at,
    store_id,
    channel,
    currency_code,
    is_tax_included,
    status,
    cast(null as text) as session_id,
    cast(null as text) as loyalty_id,
    cast(null as bigint) as exchange_of_order_id,
    net_amount as line_net_amount,
    money(0) as shipping_amount,
    tax_amount,
    money(0) as rounding_amount,
    net_amount as total_amount
from story.order_lines
where ordered_at >= window_start()
"""

_PLANTED = """
select
    'lifetime value' as topic_name,
    concat(case when name in ('p', 'q', 'gamma') then 'gamma_gamma' else '{model}' end, ' ', name) as subject_name,
    value as planted_value,
    first_day() as told_at,
    first_day() as emitted_at
from {parameters}
"""


def sell(story: Story) -> None:
    """Deliver orders of one line each: the temporary table `sold`."""
    story.save("order_lines", _LINES)
    story.save("orders", _ORDERS)
    for table in ("orders", "order_lines"):
        story.emit(f"commerce.{table}", EMITTED.format(table=table, more="", mistakes=""))


def tell(story: Story) -> None:
    """Let customers join and order as the story's mode assumes."""
    customers.tell(story, all_join=True)
    mode = story.settings.mode
    story.sql(_RATES.format(is_bgnbd=mode == "bgnbd"))
    story.sql(_PLACED.format(stride=order_stride(story)))
    story.sql(_SOLD)
    sell(story)
    story.truth("rates", "select * from rates")
    values = ", ".join(f"('{name}', {value}::double)" for name, value in _PARAMETERS[mode].items())
    parameters = f"(values {values}) as parameters (name, value)"
    story.truth("parameters", f"select * from {parameters}")
    model = {"bgnbd": "bg_nbd", "paretonbd": "pareto_nbd"}[mode]
    story.emit("simulation.planted_truths", _PLANTED.format(parameters=parameters, model=model))
