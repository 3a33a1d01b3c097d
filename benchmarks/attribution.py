"""Measure Markov attribution of order 2 on a million paths, beside ChannelAttribution.

Here DuckDB counts the steps, as the warehouse does, and the removal effects are solved; the peer
counts and simulates, to the error of 5 % that it comes with and to 1 %. Each runs in a process of
its own on the same Parquet file; reading it counts, imports do not. Writes benchmarks/README.md.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

import duckdb
from marks import write_between_marks
from rich.console import Console
from scripts import run_script

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "benchmarks/README.md"
PEER = ROOT / ".venv-peers/bin/python"
RUNS = 3
AT_LEAST = 10
console = Console()

# A million journeys over twelve channels, drawn by hash: short ones are many, a channel often
# follows itself, and one in five ends in an order.
PATHS = """
copy (
    with journeys as (
        select
            range as journey_no,
            1 + least(11, floor(-ln((hash(range) % 1000003 + 1) / 1000004) * 3))::int as touch_count
        from range(1000000)
    ),
    touches as (
        select *, unnest(range(touch_count)) as place from journeys
    ),
    drawn as (
        select
            *,
            place - (hash(place, journey_no) % 3 = 0)::int as drawn_at,
            chr(97 + floor(12 * pow((hash(journey_no, drawn_at) % 1000) / 1000.0, 2))::int)
                as channel
        from touches
    )
    select
        string_agg(channel, ' > ' order by place) as path,
        (hash(journey_no, 'order') % 5 = 0)::int as conversion_count,
        (hash(journey_no, 'order') % 5 <> 0)::int as lost_count
    from drawn
    group by journey_no
) to '{file}' (format parquet)
"""


def main() -> None:
    """Measure both in turn, and write the figures."""
    cores = str(os.cpu_count() or 1)
    ways = {
        "Onemart: counted by DuckDB, solved": (Path(sys.executable), "attribution_here.py", ()),
        "ChannelAttribution 2.2.5, as it comes: to 5 %": (
            PEER,
            "attribution_peer.py",
            ("1", "0.05"),
        ),
        "ChannelAttribution 2.2.5, to 1 %": (PEER, "attribution_peer.py", ("1", "0.01")),
        f"ChannelAttribution 2.2.5, to 1 %, {cores} cores": (
            PEER,
            "attribution_peer.py",
            (cores, "0.01"),
        ),
    }
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "paths.parquet")
        duckdb.connect().execute(PATHS.format(file=file))
        found: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
        for _ in range(RUNS):
            for name, (python, script, arguments) in ways.items():
                found[name].append(run_script(python, script, file, *arguments))
    own, *peers = ways
    medians = {
        name: statistics.median(one["seconds"] for one in runs) for name, runs in found.items()
    }
    channels = [key for key in found[own][0] if key.startswith("effect ")]
    rows = []
    for name, runs in found.items():
        off = max(abs(runs[0][channel] - found[own][0][channel]) for channel in channels)
        peak = max(one["peak_gib"] for one in runs)
        ratio = medians[name] / medians[own]
        rows.append(f"| {name} | {medians[name]:.1f} | {ratio:.1f} | {peak:.2f} | {off:.4f} |")
    slowest = min(medians[name] for name in peers) / medians[own]
    verdict = "met" if slowest >= AT_LEAST else "missed"
    rows.append(
        f"| limit: {AT_LEAST} times, against its faster way | {verdict} | {slowest:.1f} | | |"
    )
    write_between_marks(PAGE, {"attribution": rows})
    console.print("\n".join(rows), markup=False, highlight=False)


main()
