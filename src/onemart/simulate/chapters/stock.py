"""What lies in the stores: stock at the end of each day on which it changed, and what suppliers bring.

A shelf is filled up to its level when its stock cycle begins; the orders chapter lost what was wanted
beyond. A purchase order goes out on the day after a cycle's first sale, for up to the level, and comes when
the next cycle begins; what comes is what was sold, and what a count did not find, less what customers brought
back and is as new: that goes back on the shelf as it is filled, and lies in the back room until then. So the stock
of a day follows from the sales and returns of its cycle and of the one before, and any window can be told alone.

Saves `stock_days`; emits erp.inventory_snapshots and erp.purchase_orders.
"""

from onemart.simulate.engine import Story
from onemart.simulate.macros import CYCLE_DAYS

__all__ = ["tell"]

# From the day on which a shelf is filled until the invoice for it.
_INVOICE_DAYS = 14
# From the first sale of a cycle until the invoice for what filled the shelf again.
_LONGEST_DAYS = 3 * CYCLE_DAYS + 3

# When a shelf is filled for the first time, and until when it is filled again.
_SHELVES = """
create or replace temp table shelves as
select
    levels.store_no,
    levels.product_no,
    levels.unit_count as level,
    stores.store_id,
    products.sku,
    products.unit_cost,
    products.supplier_id,
    greatest(products.launched_date, stores.opened_date, first_day()::date) as first_date,
    least(products.discontinued_date, stores.closed_date, date '9999-12-31') as last_date
from story.stock_levels as levels
inner join story.products on levels.product_no = products.product_no
inner join story.stores on levels.store_no = stores.store_no
"""

# By the trading day of the store: what is sold after midnight can belong to the day before.
_SHELF_SALES = """
create or replace temp table shelf_sales as
select
    lines.store_no,
    lines.product_no,
    greatest(lines.trading_date, shelves.first_date) as sold_date,
    cycle_no(lines.store_no, lines.product_no, sold_date) as cycle,
    sum(lines.quantity)::bigint as sold_unit_count
from story.order_lines as lines
inner join shelves on lines.store_no = shelves.store_no and lines.product_no = shelves.product_no
where lines.ordered_at >= window_start() - interval {longest} days and lines.cancelled_at is null
group by all
"""

_BROUGHT_BACK = """
create or replace temp table brought_back as
select
    shelves.store_no,
    shelves.product_no,
    cycle_no(shelves.store_no, shelves.product_no, refunds.returned_at::date) as cycle,
    sum(refunds.quantity)::bigint as returned_unit_count
from story.refunds
inner join shelves on refunds.store_id = shelves.store_id and refunds.sku = shelves.sku
where refunds.is_restocked and refunds.taken_back_at is null
    and refunds.returned_at >= window_start() - interval {longest} days
group by all
"""

# What a cycle sold, when the shelf is filled again, and what is put back and what a count misses then. There is room
# for what was sold, and the supplier always sends a unit at least.
_CYCLES = """
create or replace temp table shelf_cycles as
select
    sold.*,
    shelves.* exclude (store_no, product_no),
    cycle_start(sold.store_no, sold.product_no, sold.cycle + 1) as filled_date,
    filled_date < shelves.last_date as is_filled,
    least(coalesce(brought_back.returned_unit_count, 0), sold.sold_unit_count - 1) as returned_unit_count,
    (sold.sold_unit_count < shelves.level and u('shrinkage', sold.store_no, sold.product_no, sold.cycle) < 0.04)::bigint
        as written_off_unit_count
from (
    select store_no, product_no, cycle, min(sold_date) as first_sold_date, sum(sold_unit_count)::bigint as sold_unit_count
    from shelf_sales
    group by all
) as sold
inner join shelves on sold.store_no = shelves.store_no and sold.product_no = shelves.product_no
left join brought_back
    on sold.store_no = brought_back.store_no
    and sold.product_no = brought_back.product_no
    and sold.cycle = brought_back.cycle
"""

# The day is over everywhere at 14:00 UTC of the next one.
_STOCK_DAYS = """
with movements as (
    select
        store_no, product_no, sold_date as day, cycle, sold_unit_count, 0 as returned_unit_count,
        0 as received_unit_count, 0 as written_off_unit_count
    from shelf_sales
    union all
    select
        store_no, product_no, filled_date, cycle + 1, 0, returned_unit_count,
        sold_unit_count - returned_unit_count + written_off_unit_count, written_off_unit_count
    from shelf_cycles
    where is_filled
    union all
    select store_no, product_no, first_date, cycle_no(store_no, product_no, first_date), 0, 0, level, 0
    from shelves
    where first_date < last_date
),
days as (
    select
        store_no,
        product_no,
        day,
        cycle,
        -- Sorted by as one number, which takes half the time.
        (store_no * 100000 + product_no) * 100000 + cycle as shelf_cycle_no,
        sum(sold_unit_count)::bigint as sold_unit_count,
        sum(returned_unit_count)::bigint as returned_unit_count,
        sum(received_unit_count)::bigint as received_unit_count,
        sum(written_off_unit_count)::bigint as written_off_unit_count
    from movements
    group by all
),
running as (
    select
        *,
        sum(sold_unit_count) over shelf_cycle as sold_so_far,
        min(case when sold_unit_count > 0 then day end) over shelf_cycle as first_sold_date
    from days
    window shelf_cycle as (
        partition by shelf_cycle_no
        order by day
        rows between unbounded preceding and current row
    )
)
select
    shelves.store_id,
    shelves.sku,
    running.day as stock_date,
    running.day + to_hours(24 + 14) as updated_at,
    shelves.level - running.sold_so_far as on_hand_unit_count,
    case when running.first_sold_date < running.day and running.day < shelves.last_date then shelves.level else 0 end
        as inbound_unit_count,
    running.received_unit_count,
    running.sold_unit_count - running.returned_unit_count as sold_unit_count,
    running.written_off_unit_count,
    running.day + to_hours(24 + 14) as emitted_at
from running
inner join shelves on running.store_no = shelves.store_no and running.product_no = shelves.product_no
where running.day + to_hours(24 + 14) >= window_start() and running.day + to_hours(24 + 14) < window_end()
"""

# Suppliers 25 and up invoice in dollars or pounds. One invoice in seventy never comes.
_PURCHASE_ORDERS = """
with orders as (
    select
        store_no, product_no, store_id, sku, supplier_id, unit_cost, level, filled_date,
        first_sold_date + 1 as ordered_date,
        sold_unit_count - returned_unit_count + written_off_unit_count as sent_unit_count
    from shelf_cycles
    where is_filled
    union all
    select
        store_no, product_no, store_id, sku, supplier_id, unit_cost, level, first_date, first_date, level
    from shelves
    where first_date < last_date
),
planned as (
    select
        *,
        date_diff('day', date '2000-01-01', ordered_date) as day_no,
        case
            when supplier_id >= 'V28' then 'GBP'
            when supplier_id >= 'V25' then 'USD'
            else 'EUR'
        end as currency_code,
        ordered_date + to_hours(14) as placed_at,
        filled_date + to_hours(18) as received_at,
        case
            when u('no invoice', store_no, product_no, day_no) >= 0.014
                then received_at + to_hours(24 * (1 + below(12, u('invoice', store_no, product_no, day_no))))
        end as invoiced_at
    from orders
    where filled_date >= window_start() - interval {invoice_days} days
),
versioned as (
    select *, unnest(versions(placed_at, received_at, invoiced_at)) as version
    from planned
),
known as (
    select *, version.emitted_at as known_at, version.superseded_at as superseded_at
    from versioned
)
select
    (day_no * 100 + store_no) * 100 + substr(supplier_id, 2)::bigint as purchase_order_id,
    product_no as line_number,
    known_at as updated_at,
    supplier_id,
    store_id,
    sku,
    ordered_date,
    case
        when u('promise', store_no, product_no, day_no) < 0.15 then greatest(ordered_date, filled_date - 2)
        else filled_date
    end as expected_date,
    case when known_at >= received_at then filled_date end as received_date,
    level as ordered_unit_count,
    case when known_at >= received_at then sent_unit_count else 0 end as received_unit_count,
    case
        when known_at >= invoiced_at
            then round(
                unit_cost_at(product_no, unit_cost, ordered_date) / fx_rate(currency_code, ordered_date)::double, 4
            )
    end as unit_cost_amount,
    currency_code,
    case when known_at >= received_at then 'received' else 'open' end as status,
    known_at as emitted_at,
    superseded_at
from known
"""


def tell(story: Story) -> None:
    """Count the window's stock and order what was sold."""
    story.sql(_SHELVES)
    story.sql(_SHELF_SALES.format(longest=_LONGEST_DAYS))
    story.sql(_BROUGHT_BACK.format(longest=_LONGEST_DAYS))
    story.sql(_CYCLES)
    story.save("stock_days", _STOCK_DAYS)
    story.emit(
        "erp.inventory_snapshots",
        "select * from story.stock_days where emitted_at >= window_start()",
    )
    story.emit("erp.purchase_orders", _PURCHASE_ORDERS.format(invoice_days=_INVOICE_DAYS))
    for table in ("shelves", "shelf_sales", "shelf_cycles", "brought_back"):
        story.sql(f"drop table {table}")
