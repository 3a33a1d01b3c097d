"""Measure the gate and the build beside plain DuckDB, and write the figures into README.md.

Every pair runs in turn, in the same run of this script, each in a process of its own; the ratio is
of the medians. Needs the sample shop: run `make build` first.
"""

import argparse
import platform
import shutil
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from marks import write_between_marks
from measure import Figures, median, run_child
from rich.console import Console

ROOT = Path(__file__).parents[1]
SHOP = "complete_journey"
LIMITS = {"promotions": (4.0, 0.0), "transactions": (3.0, 0.7)}
console = Console()


def collect(feed: str, folder: Path) -> Path:
    """Gather the feed's files, as the sample delivered them, in one folder."""
    target = folder / feed
    target.mkdir()
    for path in sorted((ROOT / "archive" / SHOP / SHOP / feed).glob("*/*")):
        shutil.copy(path, target)
    if not any(target.iterdir()):
        raise SystemExit("The sample shop is not there: run `make build` first.")
    return target


def side_by_side(feed: str, folder: Path, rounds: int) -> list[str]:
    """Measure plain DuckDB and the gate in turn; return the rows of the table."""
    files = str(collect(feed, folder))
    plain: list[Figures] = []
    gate: list[Figures] = []
    for _ in range(rounds):
        plain.append(run_child("load_plain.py", files, feed))
        gate.append(run_child("load_gate.py", files, feed))
        console.print(f"{feed}: plain {plain[-1].seconds:.1f} s, gate {gate[-1].seconds:.1f} s")
    by_plain, by_gate = median(plain), median(gate)
    count = by_gate.told["files"]
    factor, each = LIMITS[feed]
    limit = factor * by_plain.seconds + each * count
    allowed = f"{factor:.0f} times" + (f" + {each} s for each of {count:.0f}" if each else "")
    outcome = "met" if by_gate.seconds <= limit else "missed"
    ratio, imported = by_gate.seconds / by_plain.seconds, by_gate.told["import_seconds"]
    return [
        f"| {feed}: plain DuckDB, typed | {by_plain.seconds:.1f} | 1 | {by_plain.peak_gib:.2f} | |",
        (
            f"| {feed}: feed gate | {by_gate.seconds:.1f} | {ratio:.1f} | {by_gate.peak_gib:.2f} |"
            f" {allowed} = {limit:.1f} s: {outcome} |"
        ),
        f"| {feed}: import of Great Expectations, apart | {imported:.1f} | | | |",
    ]


def build_rows(folder: Path, rounds: int) -> list[str]:
    """Measure dbt and the hand-written SQL in turn on copies of the shop's warehouse."""
    by_hand: list[Figures] = []
    by_dbt: list[Figures] = []
    for number in range(rounds):
        copy = folder / f"copy_{number}" / f"{SHOP}.duckdb"
        copy.parent.mkdir()
        shutil.copy(ROOT / "warehouse" / f"{SHOP}.duckdb", copy)
        by_dbt.append(run_child("build_by_dbt.py", str(copy)))
        by_hand.append(run_child("build_by_hand.py", str(copy)))
        copy.unlink()
        console.print(f"dbt {by_dbt[-1].seconds:.1f} s, by hand {by_hand[-1].seconds:.1f} s")
    hand, dbt = median(by_hand), median(by_dbt)
    told = dbt.told
    rows = [
        f"| hand-written SQL, one connection | {hand.seconds:.1f} | 1 | {hand.peak_gib:.2f} |",
        (
            f"| `dbt build --full-refresh`, models and tests | {dbt.seconds:.1f} |"
            f" {dbt.seconds / hand.seconds:.1f} | {dbt.peak_gib:.2f} |"
        ),
        f"| of that, parsing from nothing | {told['parse_seconds']:.1f} | | |",
    ]
    for key, what in (
        ("model_seconds", "models"),
        ("test_seconds", "data tests"),
        ("unit_test_seconds", "unit tests"),
        ("seed_seconds", "seeds"),
    ):
        rows.append(f"| of that, {what}, added up over two threads | {told.get(key, 0):.1f} | | |")
    rows.append(f"| import of dbt, apart | {told['import_seconds']:.1f} | | |")
    return rows


def fresh_build(folder: Path) -> list[str]:
    """Time `make build` in a clean clone, with the packages in the download cache."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S607
    started = time.perf_counter()
    subprocess.run(["make", "build"], cwd=clone, check=True, stdout=subprocess.DEVNULL)  # noqa: S607
    seconds = time.perf_counter() - started
    outcome = "met" if seconds < 240 else "missed"
    return [
        f"| `make build`, clean clone, warm download cache | {seconds:.0f} | 240 s: {outcome} |"
    ]


def write(sections: dict[str, list[str]]) -> None:
    """Replace the figures between the marks in README.md."""
    machine = (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, 2 cores, Python"
        f" {platform.python_version()}, DuckDB {duckdb.__version__}."
    )
    page = Path(__file__).parent / "README.md"
    write_between_marks(page, {"machine": [machine], **sections})


def main() -> None:
    """Measure everything, or the parts that are named."""
    parts = ("gate", "build", "fresh")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=parts, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    told = parser.parse_args()
    chosen = told.only or list(parts)
    sections: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(dir=ROOT / ".onemart") as scratch:
        folder = Path(scratch)
        if "gate" in chosen:
            sections["gate"] = [
                row for feed in LIMITS for row in side_by_side(feed, folder, told.rounds)
            ]
        if "build" in chosen:
            sections["build"] = build_rows(folder, told.rounds)
        if "fresh" in chosen:
            sections["fresh"] = fresh_build(folder)
    write(sections)
    for rows in sections.values():
        console.print("\n".join(rows), markup=False, highlight=False)


main()
