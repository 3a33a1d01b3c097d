"""Measure how the build grows: the Complete Journey copied to millions of lines, on DuckDB.

Each copy is a year of other households, and copies are spread over years; only the raw tables are
copied, as the gate would have left them. Measured are a full build of all models, the build after
one more day, what tables weigh, on disk here and as BigQuery counts bytes, and how long people wait
for slices and for `onemart query`. Needs the sample shop: run `make build` first. The figures go
into docs/scale.md.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import duckdb
from marks import write_between_marks
from measure import Figures, run_child
from rich.console import Console

ROOT = Path(__file__).parents[1]
SHOP = ROOT / "warehouse/complete_journey.duckdb"
PAGE = ROOT / "docs/scale.md"
LINES = 1_469_307
YEARS = 5
FEED = "source = 'complete_journey' and feed = 'transactions'"
# Every number stays apart from those of other copies: households have 4 digits, baskets 11.
COPY = """
    insert into raw.complete_journey__transactions
    select * replace (
        household_id + 10000 * {copy} as household_id,
        basket_id + 100000000000 * {copy} as basket_id,
        transaction_timestamp + to_days(364 * ({copy} % {years})) as transaction_timestamp,
        _delivery_id || '-{copy}' as _delivery_id
    )
    from original;
    insert into raw.complete_journey__households
    select * replace (household_id + 10000 * {copy} as household_id) from households;
    insert into ops.delivery_log
    select * replace (
        delivery_id || '-{copy}' as delivery_id,
        (select max(published_seq) from ops.delivery_log) + published_seq as published_seq
    )
    from ledger;
    insert into ops.delivery_periods
    select * replace (
        delivery_id || '-{copy}' as delivery_id, period || '-{copy}' as period
    )
    from periods;
    insert into ops.touched_days
    select * replace (
        delivery_id || '-{copy}' as delivery_id,
        day + cast(364 * ({copy} % {years}) as integer) as day
    )
    from days
"""
# One more day: the lines of the first day, after all that is there.
NEXT_DAY = """
    create temp table one_day as
    select * replace (
        transaction_timestamp + to_days(364 * {years}) as transaction_timestamp,
        basket_id + 100000000000 * {copies} as basket_id,
        'next-day' as _delivery_id
    )
    from raw.complete_journey__transactions
    where cast(transaction_timestamp as date) = date '2017-01-02';
    insert into raw.complete_journey__transactions select * from one_day;
    insert into ops.delivery_log
    select * replace (
        'next-day' as delivery_id,
        (select max(published_seq) from ops.delivery_log) + 1 as published_seq,
        (select count(*) from one_day) as records_delivered,
        (select count(*) from one_day) as records_accepted,
        (select sum(sales_value) from one_day) as control_delivered,
        (select sum(sales_value) from one_day) as control_accepted
    )
    from ledger limit 1;
    insert into ops.delivery_periods
    select 'next-day', source, feed, 'next-day', (select count(*) from one_day), 0
    from periods limit 1;
    insert into ops.touched_days
    select distinct
        'next-day', (select max(published_seq) from ops.delivery_log), 'complete_journey',
        'transactions', cast(transaction_timestamp as date)
    from one_day
"""
# What BigQuery bills for a value, by what DuckDB calls its type; null weighs nothing.
BYTES = {"BIGINT": 8, "UBIGINT": 8, "INTEGER": 8, "DOUBLE": 8, "DATE": 8, "TIMESTAMP": 8,
         "BOOLEAN": 1, "DECIMAL": 16}  # fmt: skip
WEIGHED = (
    "raw.complete_journey__transactions",
    "marts.fct_order_lines",
    "marts.fct_orders",
    "marts.fct_sales_daily",
    "marts.dim_customers",
)
console = Console(highlight=False)


def grow(warehouse: Path, copies: int) -> None:
    """Copy the year of transactions `copies - 1` times."""
    with duckdb.connect(str(warehouse)) as connection:
        for name, query in {
            "original": "from raw.complete_journey__transactions",
            "households": "from raw.complete_journey__households",
            "ledger": f"from ops.delivery_log where {FEED}",
            "periods": f"from ops.delivery_periods where {FEED}",
            "days": f"from ops.touched_days where {FEED}",
        }.items():
            connection.execute(f"create temp table {name} as {query}")
        for copy in range(1, copies):
            connection.execute(COPY.format(copy=copy, years=YEARS))


def deliver_next_day(warehouse: Path, copies: int) -> int:
    """Add a day; return its lines."""
    with duckdb.connect(str(warehouse)) as connection:
        for name, table in {"ledger": "delivery_log", "periods": "delivery_periods"}.items():
            connection.execute(f"create temp table {name} as from ops.{table} where {FEED}")
        connection.execute(NEXT_DAY.format(copies=copies, years=YEARS))
        ((lines,),) = connection.execute("select count(*) from one_day").fetchall()
        return int(lines)


def weigh(warehouse: Path) -> list[tuple[str, int, float, float]]:
    """Return for each table its rows, and its bytes a row on DuckDB's disk and on BigQuery."""
    weights = []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        ((block,),) = connection.execute("select block_size from pragma_database_size()").fetchall()
        for table in WEIGHED:
            # Text and null differ by row, so a million rows are weighed.
            terms = " + ".join(
                _weight(name, kind) for name, kind, *_ in connection.execute(
                    f"describe {table}"
                ).fetchall()
            )  # fmt: skip
            ((rows, logical),) = connection.execute(
                f"select (select count(*) from {table}), avg({terms})"
                f" from (from {table} limit 1000000)"
            ).fetchall()
            ((blocks,),) = connection.execute(
                f"select count(distinct block_id) from pragma_storage_info('{table}')"
                " where block_id >= 0"
            ).fetchall()
            weights.append((table, rows, blocks * block / max(rows, 1), logical or 0.0))
    return weights


def _weight(column: str, kind: str) -> str:
    size = BYTES.get(kind.partition("(")[0])
    weight = f"2 + strlen({column})" if size is None else str(size)
    return f"case when {column} is null then 0 else {weight} end"


def measure(lines: int, folder: Path) -> tuple[str, list[str], str]:
    """Grow the shop to about `lines`, build it, add a day, build again; return tables' rows."""
    copies = max(1, round(lines / LINES))
    warehouse = folder / SHOP.name
    shutil.copy(SHOP, warehouse)
    grow(warehouse, copies)
    console.print(f"{copies * LINES:,} lines")
    full = run_child("run_models.py", str(warehouse), "--full-refresh")
    tell_slowest("all models", full)
    size = warehouse.stat().st_size
    added = deliver_next_day(warehouse, copies)
    day = run_child("run_models.py", str(warehouse), "")
    tell_slowest(f"{added:,} lines more", day)
    weights = weigh(warehouse)
    asked = run_child("ask_shop.py", str(warehouse)).told
    warehouse.unlink()
    millions = f"{copies * LINES / 1e6:.1f}"
    return (
        (
            f"| {millions} | {full.told['core_seconds']:.0f} | {full.peak_gib:.1f} |"
            f" {day.told['core_seconds']:.0f} | {added:,} | {size / 2**30:.1f} |"
        ),
        [
            f"| {millions} | `{table}` | {rows / 1e6:.2f} | {on_disk:.0f} | {logical:.0f} |"
            for table, rows, on_disk, logical in weights
        ],
        (
            f"| {millions} | {asked['fct_sales_hourly'] / 1e6:.1f} |"
            f" {asked['fct_sales_daily'] / 1e6:.1f} | {asked['shop']:.2f} |"
            f" {asked['category']:.2f} | {asked['store_and_category']:.2f} | {asked['sku']:.2f} |"
            f" {asked['query']:.1f} |"
        ),
    )


def tell_slowest(what: str, figures: Figures) -> None:
    """Print the time of a build and of its slowest models."""
    slowest = sorted(figures.told.items(), key=lambda told: -told[1])[:6]
    models = ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest)
    console.print(f"  {what}: {figures.seconds:.1f} s, {figures.peak_gib:.1f} GiB; {models}")


def main() -> None:
    """Measure the sizes that are asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, action="append", help="about how many; again for more")
    parser.add_argument("--dry", action="store_true", help="leave docs/scale.md as it is")
    told = parser.parse_args()
    if not SHOP.is_file():
        raise SystemExit("The sample shop is not there: run `make build` first.")
    growth: list[str] = []
    weights: list[str] = []
    questions: list[str] = []
    for lines in told.lines or (5_000_000, 50_000_000):
        # A folder each: a log that a build left beside its warehouse is not the next one's.
        with tempfile.TemporaryDirectory(dir=ROOT / ".onemart") as scratch:
            row, tables, asked = measure(lines, Path(scratch))
        growth.append(row)
        weights += tables
        questions.append(asked)
    console.print("\n".join([*growth, *weights, *questions]))
    if not told.dry:
        sections = {"growth": growth, "weights": weights, "questions": questions}
        write_between_marks(PAGE, sections)


main()
