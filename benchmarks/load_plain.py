"""Load a feed's files typed into one table with plain DuckDB: load_plain.py FOLDER FEED OUT."""

import sys
import tempfile
import time
from pathlib import Path

import duckdb
from measure import tell

SELECTS = {
    "promotions": """
        select
            cast(product_id as bigint) as product_id,
            cast(store_id as bigint) as store_id,
            display_location,
            mailer_location,
            cast(week as bigint) as week
        from read_parquet(?)
    """,
    "transactions": """
        select * from read_csv(?, header = true, columns = {
            'household_id': 'bigint', 'store_id': 'bigint', 'basket_id': 'bigint',
            'product_id': 'bigint', 'quantity': 'bigint', 'sales_value': 'decimal(12, 2)',
            'retail_disc': 'decimal(12, 2)', 'coupon_disc': 'decimal(12, 2)',
            'coupon_match_disc': 'decimal(12, 2)', 'week': 'bigint',
            'transaction_timestamp': 'timestamp'
        })
    """,
}


def main(folder: str, feed: str, out: str) -> None:
    """Load every file of the folder."""
    files = [str(path) for path in sorted(Path(folder).iterdir())]
    with tempfile.TemporaryDirectory() as scratch:
        started = time.perf_counter()
        with duckdb.connect(f"{scratch}/plain.duckdb") as connection:
            connection.execute("set memory_limit = '3GiB'")
            connection.execute(f"create table loaded as {SELECTS[feed]}", [files])
        tell(out, started, {"files": len(files)})


main(*sys.argv[1:])
