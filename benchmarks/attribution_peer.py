"""Markov attribution of order 2 by ChannelAttribution: attribution_peer.py FILE CORES ERROR."""

import resource
import sys
import time

import ChannelAttribution
import pandas as pd


def main(file: str, cores: str, error: str) -> None:
    """Read, simulate, and print seconds, memory and effects."""
    started, worked = time.perf_counter(), time.process_time()
    found = ChannelAttribution.markov_model(
        pd.read_parquet(file),
        "path",
        "conversion_count",
        var_null="lost_count",
        order=2,
        ncore=int(cores),
        conv_par=float(error),
        out_more=True,
        seed=1,
        verbose=False,
        flg_pro=False,
    )
    print(f"seconds\t{time.perf_counter() - started}")
    print(f"core_seconds\t{time.process_time() - worked}")
    print(f"peak_gib\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}")
    for row in found["removal_effects"].itertuples():
        print(f"effect {row.channel_name}\t{row.removal_effect}")


main(*sys.argv[1:])
