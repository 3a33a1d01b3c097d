"""Measure lifetime value, prepare, fit and apply, in a shop of `--customers` (default: 10 million).

Five times as many orders are made, of customers who buy at rates of their own and leave; the models
then run by dbt, one after the other, in a copy of the simulated shop (`make demo`) whose orders
they replace, with DuckDB held to 2.5 GiB. lifetimes then counts and fits `--peer-customers` of
them. Writes benchmarks/README.md.
"""

import argparse
import tempfile
from pathlib import Path

import duckdb
from marks import write_between_marks
from rich.console import Console
from scripts import run_script
from topic import copy_shop, limit_memory, run_models

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "benchmarks/README.md"
PEER = ROOT / ".venv-peers/bin/python"
MEMORY_LIMIT = "2560MiB"
LIMITS = {"all": 60, "fit": 20, "GiB": 4}
console = Console()

# As Pareto/NBD has them: rates are gamma, lives Pareto; a first order stands on some day of three
# years, the others on any day of the life.
ORDERS = """
create or replace table marts.fct_orders as
with customers as (
    select
        n,
        (hash(n, 1) % 1096)::integer as joined,
        least(1096 - joined, 300 * (pow((1 + hash(n, 2) % 1000000) / 1e6, -0.8) - 1)) as life,
        -ln((1 + hash(n, 3) % 1000000) / 1e6) as rate
    from range({customers}) as numbers(n)
),
orders as (
    select n, joined, life, unnest(range((1 + 0.83 * rate * life / 52)::bigint)) as number
    from customers
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
    false as has_unknown_cost,
    (net_sales_amount * 0.4)::decimal(28, 6) as gross_margin_amount
from marts.fct_orders
"""
NONE_REVISED = "delete from intermediate.int_orders_revised"
MODELS = ("path:models/science/lifetime_value", "path:python_models/lifetime_value")
# What runs on a new day without a refit, and what stands beside it.
STEPS = {
    "prepare": (
        "int_customer_purchases_added_up", "int_customer_margins", "int_lifetime_extents",
        "int_lifetime_lattice", "int_lifetime_spend_lattice", "int_lifetime_margin_bins",
    ),
    "fit": (
        "lifetime_value_parameters", "lifetime_value_forecasts", "lifetime_value_ranges",
        "lifetime_value_survival",
    ),
    "apply": ("fct_customer_lifetime_value",),
    "calibration": ("rpt_lifetime_value_calibration",),
}  # fmt: skip


def run_peer(warehouse: Path, customers: int, of: int, file: Path) -> dict[str, float]:
    """Run lifetimes on as many of the customers; return what it tells."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(
            "copy (select customer_id, order_date from marts.fct_orders"
            f" where hash(customer_id) % {of} < {customers}) to '{file}' (format parquet)"
        )
    return run_script(PEER, "lifetime_value_peer.py", str(file))


def verdict(figure: float, limit: float) -> str:
    """Tell whether a figure is within its limit."""
    return f"{limit}: {'met' if figure <= limit else 'missed'}"


def main() -> None:
    """Measure and write."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--customers", type=int, default=10_000_000)
    asked.add_argument("--peer-customers", type=int, default=100_000)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT / "warehouse") as name:
        folder = Path(name)
        warehouse = folder / "demo.duckdb"
        statements = [ORDERS.format(customers=options.customers), PROFITS, NONE_REVISED]
        copy_shop(warehouse, [f"set memory_limit = '{MEMORY_LIMIT}'", *statements])
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            [(orders,)] = connection.execute("select count(*) from marts.fct_orders").fetchall()
        done = run_models(
            warehouse,
            ["int_business_dates_chosen", *MODELS],
            *("--threads", "1"),
            *limit_memory(folder, MEMORY_LIMIT),
        )
        peer = run_peer(
            warehouse, options.peer_customers, options.customers, folder / "orders.parquet"
        )
    seconds, peak = done.by_model, done.peak_gib
    steps = {step: sum(seconds[model] for model in models) for step, models in STEPS.items()}
    trio = steps["prepare"] + steps["fit"] + steps["apply"]
    shop = f"{options.customers / 1e6:g} M customers, {orders / 1e6:.1f} M orders"
    limits = f"{verdict(trio, LIMITS['all'])}; GiB {verdict(peak, LIMITS['GiB'])}"
    rows = [
        f"| {shop}: prepare + fit + apply | {trio:.1f} | {peak:.1f} | {limits} |",
        *(
            f"| {step} | {taken:.1f} | | {verdict(taken, LIMITS[step]) if step in LIMITS else ''} |"
            for step, taken in steps.items()
        ),
        f"| all of it by dbt, its start included | {done.whole:.1f} | | |",
    ]
    of_peer = {"prepare": "summary", "bg_nbd": "fit of BG/NBD"}
    for step, what in of_peer.items():
        taken = f"{peer[step]:.1f}" if step in peer else "did not converge"
        rows.append(
            f"| lifetimes 0.11.3, {options.peer_customers / 1e6:g} M customers: {what} | {taken}"
            " | | |"
        )
    write_between_marks(PAGE, {"lifetime_value": rows})
    console.print("\n".join([*rows, *(f"{name}: {taken:.1f}" for name, taken in seconds.items())]))


if __name__ == "__main__":
    main()
