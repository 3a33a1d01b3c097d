"""Lifetime value as lifetimes does it: lifetime_value_peer.py FILE, a Parquet file of orders."""

import sys
import time

import pandas as pd
from lifetimes import BetaGeoFitter
from lifetimes.utils import summary_data_from_transaction_data


def main(file: str) -> None:
    """Print seconds by step; a fit that fails has none."""
    orders = pd.read_parquet(file)
    began = time.perf_counter()
    summary = summary_data_from_transaction_data(orders, "customer_id", "order_date", freq="D")
    print(f"prepare\t{time.perf_counter() - began}")
    began = time.perf_counter()
    try:
        BetaGeoFitter().fit(summary["frequency"], summary["recency"] / 7, summary["T"] / 7)
    except Exception as error:  # noqa: BLE001  it has errors of its own
        print(f"BG/NBD: {type(error).__name__}: {error}", file=sys.stderr)
    else:
        print(f"bg_nbd\t{time.perf_counter() - began}")


main(*sys.argv[1:])
