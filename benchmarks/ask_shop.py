"""Time what people ask of a shop that is built: ask_shop.py WAREHOUSE OUT.

A slice is one measure in all grains with all comparisons, by `compare_periods`; `onemart query` is
the whole command, from its start to its last line.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

import duckdb
from measure import tell

from onemart.metrics.layer import GRAINS

ROOT = Path(__file__).parents[1]
ALL_GRAINS = [*GRAINS, "event"]
ROUNDS = 5
SLICE = """
    {{{{ compare_periods(
        ref("{mart}"), ["net_sales_amount"], where="{where}", grains={grains}{options}
    ) }}}}
"""
HOURLY = ("fct_sales_hourly", ["hour", *ALL_GRAINS], ', hour_column="trading_hour"')
DAILY = ("fct_sales_daily", ALL_GRAINS, "")
NEXT = "\n-- another slice\n"
QUESTION = ("query", "net_sales", "--by", "month,category", "--compare", "yoy")


def best_seller(connection: duckdb.DuckDBPyConnection, column: str) -> str:
    """Return the member that sold most."""
    ((found,),) = connection.execute(
        f"select {column} from marts.fct_sales_daily as sales"
        " inner join marts.dim_products as products on sales.product_id = products.product_id"
        " group by 1 order by sum(net_sales_amount) desc limit 1"
    ).fetchall()
    return str(found).replace("'", "''")


def compiled(slices: Mapping[str, tuple[str, list[str], str, str]]) -> dict[str, str]:
    """Return the SQL of each slice, as dbt compiles it."""
    inline = NEXT.join(
        SLICE.format(mart=mart, where=where, grains=grains, options=options)
        for mart, grains, options, where in slices.values()
    )
    dbt = Path(sys.executable).with_name("dbt")
    with tempfile.TemporaryDirectory() as target:
        done = subprocess.run(
            [dbt, "--quiet", "compile", "--target-path", target, "--inline", inline],
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    return dict(zip(slices, done.stdout.split(NEXT), strict=True))


def main(warehouse: str, out: str) -> None:
    """Ask for four slices and a metric."""
    os.environ["ONEMART_WAREHOUSE"] = str(Path(warehouse).resolve())
    os.chdir(ROOT)
    with duckdb.connect(warehouse, read_only=True) as connection:
        category, store, sku = (
            best_seller(connection, column)
            for column in ("products.category", "store_id", "sales.product_id")
        )
        told = dict(
            connection.execute(
                "select table_name, estimated_size from duckdb_tables()"
                " where table_name in ('fct_sales_hourly', 'fct_sales_daily')"
            ).fetchall()
        )
    slices = {
        "shop": (*HOURLY, "true"),
        "category": (*HOURLY, f"category = '{category}'"),
        "store_and_category": (*HOURLY, f"store_id = '{store}' and category = '{category}'"),
        "sku": (*DAILY, f"product_id = '{sku}'"),
    }
    queries = compiled(slices)
    started = time.perf_counter()
    with duckdb.connect(warehouse, read_only=True) as connection:
        for name, query in queries.items():
            told[name] = median(seconds(lambda sql=query: connection.execute(sql).fetchall()))
    command = [Path(sys.executable).with_name("onemart"), *QUESTION]
    told["query"] = median(
        seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
    )
    tell(out, started, told)


def seconds(ask: Callable[[], object]) -> list[float]:
    """Ask once to warm up, then some times more; return the seconds of these."""
    spent = []
    for _ in range(ROUNDS + 1):
        started = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - started)
    return spent[1:]


main(*sys.argv[1:])
