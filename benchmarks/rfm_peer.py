"""Summarise orders by customer with lifetimes: rfm_peer.py FILE."""

import resource
import sys
import time

import pandas as pd
from lifetimes.utils import summary_data_from_transaction_data


def main(file: str) -> None:
    """Read, summarise, and print seconds, memory and customers; reading does not count."""
    orders = pd.read_parquet(file)
    started = time.perf_counter()
    summary = summary_data_from_transaction_data(
        orders, "customer_id", "order_date", monetary_value_col="net_sales_amount"
    )
    print(f"seconds\t{time.perf_counter() - started}")
    print(f"peak_gib\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}")
    print(f"customers\t{len(summary)}")


main(*sys.argv[1:])
