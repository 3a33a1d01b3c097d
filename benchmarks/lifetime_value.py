"""Measure lifetime value, prepare, fit and apply, in a shop of `--customers` (default: 10 million).

Five times as many orders are made, of customers who buy at rates of their own and leave; the models
then run by dbt, in a copy of the simulated shop (`make demo`) whose orders they replace. With
`--peers PYTHON`, an environment with lifetimes, its `summary_data_from_transaction_data`
and BetaGeoFitter run on a tenth of the same orders. Prints seconds by step and the peak of memory.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[1]
SHOP = ROOT / "warehouse/demo.duckdb"
# A rate is exponential, a life too; a first order stands on some day of three years.
ORDERS = """
create or replace table marts.fct_orders as
with customers as (
    select
        n,
        (hash(n, 1) % 1096)::integer as joined,
        least(1096 - joined, 400 * -ln((1 + hash(n, 2) % 1000000) / 1e6)) as life,
        -ln((1 + hash(n, 3) % 1000000) / 1e6) as rate
    from range({customers}) as numbers(n)
),
orders as (
    select n, joined, life, unnest(range((1 + rate * life / 52)::bigint)) as number from customers
)
select
    'o' || n || '-' || number as order_id,
    'c' || n as customer_id,
    date '2023-01-01' + joined
        + (case when number = 0 then 0 else life * ((hash(n, number, 4) % 1000) / 1e3) end)::integer
        as order_date,
    order_date as last_order_date,
    true as has_sale,
    false as has_return,
    (5 + exp(4 * (hash(n, number, 5) % 1000) / 1e3))::decimal(28, 6) as net_sales_amount,
    'EUR' as currency_code
from orders
order by order_date
"""
PROFITS = """
create or replace table marts.fct_profit_lines as
select
    customer_id, order_date, net_sales_amount, net_sales_amount as costed_net_sales_amount,
    (net_sales_amount * 0.4)::decimal(28, 6) as gross_margin_amount
from marts.fct_orders
"""
MODELS = ("path:models/science/lifetime_value", "path:python_models/lifetime_value")
PEER = """
import sys, time
import pandas as pd
from lifetimes import BetaGeoFitter
from lifetimes.utils import summary_data_from_transaction_data
orders = pd.read_parquet(sys.argv[1])
began = time.perf_counter()
summary = summary_data_from_transaction_data(orders, "customer_id", "order_date", freq="D")
print(f"lifetimes, summary: {time.perf_counter() - began:.1f} s")
began = time.perf_counter()
model = BetaGeoFitter()
try:
    model.fit(summary["frequency"], summary["recency"] / 7, summary["T"] / 7)
    print(f"lifetimes, fit of BG/NBD: {time.perf_counter() - began:.1f} s")
except Exception as error:
    print(f"lifetimes, fit of BG/NBD: failed after {time.perf_counter() - began:.1f} s, {error}")
"""


def made(warehouse: Path, customers: int) -> int:
    """Make the orders, and return how many."""
    shutil.copy(SHOP, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(ORDERS.format(customers=customers))
        connection.execute(PROFITS)
        [(orders,)] = connection.execute("select count(*) from marts.fct_orders").fetchall()
    return int(orders)


def run_models(warehouse: Path, target: Path) -> dict[str, float]:
    """Run the models by dbt; return the seconds of each."""
    command = [
        str(Path(sys.executable).with_name("dbt")), "run", "--target-path", str(target),
        "--select", "int_business_dates_chosen", *MODELS,
    ]  # fmt: skip
    environment = {**os.environ, "ONEMART_WAREHOUSE": str(warehouse), "ONEMART_SHOP": "demo"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    results = json.loads((target / "run_results.json").read_text())["results"]
    return {
        result["unique_id"].rpartition(".")[2]: result["execution_time"]
        for result in results
        if result["unique_id"].startswith("model.")
    }


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--customers", type=int, default=10_000_000)
    asked.add_argument("--peers", type=Path)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT / "warehouse") as folder:
        warehouse = Path(folder) / "demo.duckdb"
        orders = made(warehouse, options.customers)
        began = time.perf_counter()
        seconds = run_models(warehouse, Path(folder) / "target")
        whole = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        print(f"{options.customers:,} customers, {orders:,} orders")
        for name, taken in seconds.items():
            print(f"{name}: {taken:.1f} s")
        print(f"all models: {sum(seconds.values()):.1f} s; with dbt {whole:.1f} s, {peak:.1f} GiB")
        if options.peers:
            sample = Path(folder) / "orders.parquet"
            with duckdb.connect(str(warehouse), read_only=True) as connection:
                connection.execute(
                    "copy (select customer_id, order_date from marts.fct_orders"
                    f" where hash(customer_id) % 10 = 0) to '{sample}' (format parquet)"
                )
            subprocess.run([str(options.peers), "-c", PEER, str(sample)], check=True)


if __name__ == "__main__":
    main()
