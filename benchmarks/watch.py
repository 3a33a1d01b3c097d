"""Measure how long an hour's files take from landing to the marts, in shops with more history.

The simulated shop (`make demo`) is copied to more customers, so that three years have five million
order lines, and then to more years before them, as the gate would have left both. What is built by
the hour is built once; then hours that the simulator goes on to tell, for as many customers, are
delivered one after the other: to `onemart watch`, and then to SQL written by hand for the same
work. The figures go into README.md.
"""

import argparse
import os
import resource
import shutil
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import duckdb
from marks import write_between_marks
from rich.console import Console

from onemart.build import build
from onemart.feeds.contract import load_contracts
from onemart.project import Project
from onemart.simulate.settings import load_settings
from onemart.simulate.tell import story_file, tell
from onemart.watch.watch import Watch

ROOT = Path(__file__).parents[1]
SHOP = ROOT / "warehouse/demo.duckdb"
BY_HAND = Path(__file__).with_name("watch_by_hand.sql")
LINES_OF_A_STRETCH = 5_000_000
STRETCH_DAYS = 1099  # whole weeks, a little more than the story's three years
ID_STEP = 10**12  # more than the largest number of the story
TEXT_IDS = (
    "loyalty_id", "loyalty_id_hmac", "email_hmac", "phone_hmac", "guest_email_hmac",
    "referred_email_hmac", "serial_number", "gift_card_id", "session_id", "visitor_id",
    "card_fingerprint",
)  # fmt: skip
# What stands in feeds of the whole shop comes once for each stretch, the rest once a copy too.
OF_THE_SHOP = {
    "commerce.fx_rates", "erp.inventory_snapshots", "erp.product_costs", "erp.purchase_orders",
    "marketing.ad_spend",
}  # fmt: skip
KEPT_ONCE = {
    "erp.budgets", "erp.products", "erp.stores", "marketing.campaigns", "marketing.offers",
}  # fmt: skip
# A quarter of the customers is followed on the web; touches and mails are many otherwise.
EVERY_FOURTH = {"marketing.touches", "marketing.email_events"}
# As a person would write them; {days} leaves the rows of some days.
MARTS = {
    "orders": """
        select
            order_id, cast(min(ordered_at) as date) as order_date, any_value(store_id) as store_id,
            count(*) as line_count, sum(quantity) as unit_count,
            sum(net_amount) as net_amount, sum(tax_amount) as tax_amount
        from hand.lines {days} group by order_id
    """,
    "daily": """
        select
            cast(ordered_at as date) as order_date, store_id, channel, sku,
            count(*) as line_count, sum(quantity) as unit_count, sum(gross_amount) as gross_amount,
            sum(net_amount) as net_amount, sum(tax_amount) as tax_amount
        from hand.lines {days} group by all
    """,
    "hourly": """
        select
            cast(ordered_at as date) as order_date, hour(ordered_at) as hour, store_id, channel,
            category, count(*) as line_count, sum(quantity) as unit_count,
            sum(net_amount) as net_amount
        from hand.lines inner join marts.dim_products on sku = product_id {days} group by all
    """,
    "balances": """
        select
            heads.order_id, cast(any_value(heads.ordered_at) as date) as order_date,
            any_value(total_amount) as total_amount, sum(amount) as paid_amount
        from (from hand.heads {days}) as heads
        left join (from hand.payments {days}) as payments on heads.order_id = payments.order_id
        group by heads.order_id
    """,
}
BY_HOUR = (
    "--full-refresh", "--exclude", "tag:nightly", "--exclude-resource-type", "test", "unit_test"
)  # fmt: skip
FIRST_DATE = "1994-01-30"  # a first day of a retail year, before all stretches
console = Console(highlight=False)


def core_seconds() -> float:
    """Return the processor time of this process; what else runs does not count."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def changed(columns: list[tuple[str, str]], copy: str, days: str) -> str:
    """Return the columns with ids of another copy, and times some days before."""
    told = []
    for name, kind in columns:
        if kind == "BIGINT" and name.endswith("_id"):
            told.append(f"{name} + {ID_STEP} * {copy} as {name}")
        elif name in TEXT_IDS:
            told.append(f"{name} || '~' || {copy} as {name}")
        elif kind == "TIMESTAMP":
            told.append(f"{name} - to_days(cast({days} as integer)) as {name}")
        elif kind == "DATE":
            told.append(f"{name} - cast({days} as integer) as {name}")
    return ", ".join(told)


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    """Return names and types of what comes from files."""
    described = connection.execute(f"describe {relation}").fetchall()
    return [(name, kind) for name, kind, *_ in described if not name.startswith("_")]


def grow(warehouse: Path, copies: int, stretches: int) -> int:
    """Copy the shop, the oldest stretch first, each in the order of time; return its lines."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set memory_limit = '6GiB'; set preserve_insertion_order = true")
        for contract in load_contracts(ROOT / "expectations")[0]:
            if contract.id in KEPT_ONCE or contract.source == "complete_journey":
                continue
            grow_feed(connection, contract.source, contract.feed, copies, stretches,
                      contract.event_date.name if contract.event_date else "")  # fmt: skip
        ((lines,),) = connection.execute(
            "select count(*) from raw.commerce__order_lines"
        ).fetchall()
        return int(lines)


def grow_feed(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    feed: str,
    copies: int,
    stretches: int,
    event: str,
) -> None:
    """Copy a feed, and what the ledger says of it."""
    table, identity = f"raw.{source}__{feed}", f"{source}.{feed}"
    connection.execute(f"create or replace temp table original as from {table}__current")
    told = changed(columns_of(connection, table), "copy", f"{STRETCH_DAYS} * stretch")
    step = 4 if identity in EVERY_FOURTH else 1
    for stretch in reversed(range(stretches)):
        among = range(0, 1 if identity in OF_THE_SHOP else copies, step)
        chosen = [stretch * copies + copy for copy in among if stretch or copy]
        if not chosen:
            continue
        delivery = f"stretch-{feed}-{stretch}"
        connection.execute(f"""
            insert into {table} by name
            select * exclude (copy, stretch) replace (
                {told}, '{delivery}' as _delivery_id, row_number() over () as _line
            )
            from (
                select original.*, copy, {stretch} as stretch
                from original cross join (select unnest({chosen}) as copy)
            )
            {f"order by {event}" if event else ""}
        """)
        connection.execute(f"""
            insert into ops.delivery_log by name
            select * exclude (records) replace (
                '{delivery}' as delivery_id,
                (select max(published_seq) + 1 from ops.delivery_log) as published_seq,
                records as records_delivered,
                records as records_accepted,
                0 as records_quarantined,
                0 as control_delivered,
                0 as control_accepted,
                0 as control_quarantined
            )
            from ops.delivery_log
            cross join (
                select count(*) as records from {table} where _delivery_id = '{delivery}'
            ) as counted
            where source = '{source}' and feed = '{feed}' and status = 'accepted'
            order by published_seq limit 1
        """)
        connection.execute(f"""
            insert into ops.touched_days
            select distinct
                '{delivery}', (select max(published_seq) from ops.delivery_log),
                '{source}', '{feed}', day - {STRETCH_DAYS * stretch}
            from ops.touched_days
            where source = '{source}' and feed = '{feed}' and delivery_id not like 'stretch-%'
        """)


def multiply(landing: Path, copies: int) -> None:
    """Let what the hour's Parquet files tell happen to all customers of the last stretch."""
    for file in landing.rglob("*.parquet"):
        if f"{file.parent.parent.name}.{file.parent.name}" in OF_THE_SHOP | KEPT_ONCE:
            continue
        with duckdb.connect() as connection:
            connection.execute(f"create table told as from read_parquet('{file}')")
            replaced = changed(columns_of(connection, "told"), "copy", "0")
            chosen = list(range(0, copies, 4 if file.parent.name == "touches" else 1))
            connection.execute(
                f"copy (select * exclude (copy) replace ({replaced}) from told"
                f" cross join (select unnest({chosen}) as copy)) to '{file}' (format parquet)"
            )


def make_by_hand(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that a person would keep."""
    connection.execute("create schema hand")
    for table, feed in {
        "lines": "order_lines", "heads": "orders", "payments": "payments"
    }.items():  # fmt: skip
        connection.execute(
            f"create table hand.{table} as"
            " select columns(lambda name: not starts_with(name, '_'))"
            f" from raw.commerce__{feed}__current"
        )
    for mart, query in MARTS.items():
        connection.execute(f"create table hand.{mart} as {query.format(days='')}")


def hour_by_hand(connection: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Take the hour into those tables."""
    of_days = "where cast(ordered_at as date) in (select day from days)"
    marts = "".join(
        f"delete from hand.{mart} where order_date in (select day from days);"
        f" insert into hand.{mart} {query.format(days=of_days)};"
        for mart, query in MARTS.items()
    )
    known = {
        f"{what}_columns": ", ".join(
            name for name, _ in columns_of(connection, f"hand.{table}")
            if not name.endswith("_hmac")
        )
        for what, table in {"line": "lines", "head": "heads", "payment": "payments"}.items()
    }  # fmt: skip
    connection.execute("begin")
    connection.execute(BY_HAND.read_text().format(landing=landing, marts=marts, **known))
    connection.execute("commit")
    for table in ("new_lines", "new_orders", "new_payments", "days"):
        connection.execute(f"drop table {table}")


def measure(lines: int, folder: Path, hours: int) -> str:
    """Make the shop, deliver hours to it, and return the row of the table."""
    project, shop = Project(ROOT), Project(folder).shop("demo")
    for name in ("dbt_project.yml", "profiles.yml", "expectations"):
        (folder / name).symlink_to(ROOT / name)
    shop.warehouse.parent.mkdir(parents=True)
    shutil.copy(SHOP, shop.warehouse)
    shutil.copytree(ROOT / ".onemart/simulated", folder / ".onemart/simulated")
    shutil.copy(ROOT / ".onemart/pii.key", folder / ".onemart")
    os.environ |= {"ONEMART_WAREHOUSE": str(shop.warehouse), "ONEMART_SHOP": shop.name}
    with duckdb.connect(str(shop.warehouse), read_only=True) as connection:
        ((own,),) = connection.execute("select count(*) from raw.commerce__order_lines").fetchall()
    copies = max(1, round(LINES_OF_A_STRETCH / own))
    there = grow(shop.warehouse, copies, max(1, round(lines / LINES_OF_A_STRETCH)))
    console.print(f"{there:,} lines; building what is built by the hour")
    watch = Watch(project, shop)
    watch.warm_up()
    built = build(project, shop, [*BY_HOUR, "--vars", f"calendar_first_date: '{FIRST_DATE}'"])
    if not built.success:
        raise SystemExit(f"The shop was not built: {built.problems[:3]}")
    watch.watcher.dbt.let_go()

    story = story_file(Project(folder), shop)
    settings = load_settings(story)
    if settings is None:
        raise SystemExit("The demo shop has no story: run `make demo` first.")
    # A working day, the hours before it in one go.
    first = settings.told_until.replace(hour=0) + timedelta(days=1, hours=10)
    deliver(folder, shop.landing, copies, first)
    watch.hour(lambda _outcome: None)
    hours_told = [folder / "hours" / str(n) for n in range(hours)]
    figures = []
    for n, told in enumerate(hours_told):
        deliver(folder, shop.landing, copies, first + timedelta(hours=n + 1))
        shutil.copytree(shop.landing, told)
        figures.append(one_hour(watch))
    # Afterwards, for its tables are as large as the marts, and would push them out of memory.
    by_hand = hours_by_hand(shop.warehouse, hours_told)
    console.print(f"  by hand: {', '.join(f'{cores:.2f}' for cores in by_hand)} core-s")
    seconds, cores, files = (median(values) for values in zip(*figures, strict=True))
    hand = median(by_hand)
    return (
        f"| {there / 1e6:.1f} | {files:.0f} | {seconds:.1f} | {cores:.1f} | {hand:.2f} |"
        f" {cores / hand:.0f} | {os.getloadavg()[0]:.0f} |"
    )


def deliver(folder: Path, landing: Path, copies: int, until: datetime) -> None:
    """Put the hours until then into landing."""
    told = Project(folder)
    shop = told.shop("demo")
    settings = load_settings(story_file(told, shop))
    assert settings is not None  # noqa: S101
    tell(told, shop, settings, until, by="hour")
    multiply(landing, copies)


def one_hour(watch: Watch) -> tuple[float, float, float]:
    """Let the watch take what is delivered; return seconds, core-seconds and files."""
    started, before = time.perf_counter(), core_seconds()
    hour = watch.hour(lambda _outcome: None)
    seconds, cores = time.perf_counter() - started, core_seconds() - before
    if not hour.is_sound:
        raise SystemExit(f"The hour failed: {hour.failed} {hour.broken} {hour.to_do}")
    steps = ", ".join(f"{step} {spent:.1f}" for step, spent in hour.seconds.items())
    console.print(
        f"  {seconds:.1f} s, {cores:.1f} core-s ({steps});"
        f" {len(hour.outcomes)} files, {sum(o.accepted for o in hour.outcomes):,} lines"
    )
    return seconds, cores, float(len(hour.outcomes))


def hours_by_hand(warehouse: Path, hours: list[Path]) -> list[float]:
    """Take the same files into tables made for it; return the core-seconds of each hour."""
    spent = []
    with duckdb.connect(str(warehouse)) as connection:
        make_by_hand(connection)
        for landing in hours:
            before = core_seconds()
            hour_by_hand(connection, landing)
            spent.append(core_seconds() - before)
    return spent


def main() -> None:
    """Measure the sizes that are asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, action="append", help="about how many; again for more")
    parser.add_argument("--hours", type=int, default=3, help="hours to deliver")
    parser.add_argument("--dry", action="store_true", help="leave README.md as it is")
    told = parser.parse_args()
    if not SHOP.is_file():
        raise SystemExit("The simulated shop is not there: run `make demo` first.")
    rows = []
    for lines in told.lines or (5_000_000, 50_000_000):
        with tempfile.TemporaryDirectory(dir=ROOT / ".onemart") as scratch:
            rows.append(measure(lines, Path(scratch), told.hours))
    console.print("\n".join(rows))
    if not told.dry:
        write_between_marks(Path(__file__).parent / "README.md", {"watch": rows})


main()
