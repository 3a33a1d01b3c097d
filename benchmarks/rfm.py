"""Measure RFM, measures to segments, for a million customers with ten million orders.

The models run by dbt in a copy of the simulated shop (`make demo`) whose orders are replaced;
beside them lifetimes' `summary_data_from_transaction_data`, which only adds orders up. Seconds
are those from the first model's start to the last one's end, as of one date, and those of that
one call. Writes benchmarks/README.md.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

import duckdb
from marks import write_between_marks
from rich.console import Console
from scripts import run_script
from topic import copy_shop, run_models

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "benchmarks/README.md"
PEER = ROOT / ".venv-peers/bin/python"
AT_LEAST = 5
RUNS = 3
console = Console()

# Ten orders a customer on average, few for many and many for few, on days of the three years
# before the business date; no two customers are alike.
ORDERS = """
create or replace table marts.fct_orders as
with customers as (
    select
        n,
        1 + (-9 * ln((1 + hash(n, 1) % 1000000) / 1e6))::bigint as order_count,
        (select business_date from intermediate.int_business_dates_chosen) as business_date
    from range({customers}) as numbers(n)
),
orders as (
    select *, unnest(range(order_count)) as number from customers
)
select
    concat('o', n, '-', number) as order_id,
    concat('c', n) as customer_id,
    business_date - (hash(n, number, 2) % 1096)::integer as order_date,
    order_date as last_order_date,
    true as has_sale,
    false as has_return,
    1::bigint as sale_line_count,
    0::bigint as return_line_count,
    (5 + exp(4 * (hash(n, number, 3) % 1000) / 1e3))::decimal(28, 6) as net_sales_amount,
    'EUR' as currency_code
from orders
"""
TRIO = [
    "int_rfm_dates_chosen",
    "int_rfm_month_ends_chosen",
    "int_rfm_orders_known",
    "int_rfm_orders_run_on",
    "int_rfm_orders_replaced",
    "int_customer_rfm_measures",
    "int_customer_rfm_measures_monthly",
    "int_customers_rfm_measured",
    "int_rfm_histograms",
    "rfm_cut_points",
    "int_rfm_cut_points_pivoted",
    "int_rfm_segments_spread",
    "int_customers_rfm_scored",
    "fct_customer_rfm",
]


def main() -> None:
    """Measure all in turn, and write the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--customers", type=int, default=1_000_000)
    customers = asked.parse_args().customers
    found: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory(dir=ROOT / "warehouse") as folder:
        warehouse = Path(folder) / "demo.duckdb"
        copy_shop(warehouse, [ORDERS.format(customers=customers)])
        file = str(Path(folder) / "orders.parquet")
        with duckdb.connect(str(warehouse)) as connection:
            [(orders,)] = connection.execute("select count(*) from marts.fct_orders").fetchall()
            connection.execute(
                "copy (select customer_id, order_date::timestamp as order_date,"
                " net_sales_amount::double as net_sales_amount"
                f" from marts.fct_orders) to '{file}' (format parquet)"
            )
        for _ in range(RUNS):
            done = run_models(warehouse, TRIO, "--vars", "{rfm_month_end_count: 0}")
            found.setdefault("Onemart: the trio, as of one date", []).append(
                (done.seconds, done.peak_gib)
            )
            peer = run_script(PEER, "rfm_peer.py", file)
            found.setdefault("lifetimes 0.11.3: summary of the orders alone", []).append(
                (peer["seconds"], peer["peak_gib"])
            )
    medians = {name: statistics.median(one for one, _ in runs) for name, runs in found.items()}
    own, other = medians
    rows = [
        f"| {name} | {medians[name]:.1f} | {medians[name] / medians[own]:.1f} "
        f"| {max(peak for _, peak in runs):.1f} |"
        for name, runs in found.items()
    ]
    ratio = medians[other] / medians[own]
    verdict = "met" if ratio >= AT_LEAST else "missed"
    rows.append(f"| limit: {AT_LEAST} times | {verdict} | {ratio:.1f} | |")
    console.print(f"{customers:,} customers, {orders:,} orders")
    console.print("\n".join(rows), markup=False, highlight=False)
    write_between_marks(PAGE, {"rfm": rows})


main()
