"""Compute the marts with hand-written SQL in one connection: build_by_hand.py WAREHOUSE OUT."""

import sys
import time
from pathlib import Path

import duckdb
from measure import tell

MEASURES = {
    "fct_order_lines": "sum(net_sales_amount)",
    "fct_orders": "sum(gross_sales_amount)",
    "fct_sales_daily": "sum(net_sales_amount)",
    "fct_promotion_placements": "sum(date_diff('day', date '2017-01-01', week_start_date))",
    "fct_coupon_products": "count(distinct product_id)",
}


def main(warehouse: str, out: str) -> None:
    """Run the SQL, then see that it gives what the marts give."""
    sql = (Path(__file__).parent / "hand_written.sql").read_text()
    with duckdb.connect(warehouse) as connection:
        connection.execute("drop schema if exists hand cascade")
        started = time.perf_counter()
        connection.execute(sql)
        seconds = time.perf_counter() - started
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'hand'"
        ).fetchall()
        for (table,) in tables:
            figures = f"select count(*), {MEASURES.get(table, 'null')} from"
            by_hand = connection.execute(f"{figures} hand.{table}").fetchall()
            by_dbt = connection.execute(f"{figures} marts.{table}").fetchall()
            if by_hand != by_dbt and table != "dim_dates":
                raise SystemExit(f"{table}: by hand {by_hand}, by dbt {by_dbt}")
        connection.execute("drop schema hand cascade")
    tell(out, time.perf_counter() - seconds, {"tables": len(tables)})


main(*sys.argv[1:])
