"""Measure how long the simulated shop takes to tell, and what a row budget a feed comes to.

Tells three years of `--customers` (default: a million) in a scratch folder, prints seconds by
chapter and writes the figures into docs/simulator.md. The million takes some 10 GB of disk, which
is free again at the end.
"""

import argparse
import resource
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

import duckdb
from marks import write_between_marks
from rich.console import Console

from onemart.project import Project, Shop
from onemart.simulate.engine import Chapter
from onemart.simulate.settings import Settings
from onemart.simulate.tell import tell

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/simulator.md"
UNTIL = datetime(2026, 1, 1)  # noqa: DTZ001  (times are UTC, without zone)
READERS = {"csv": "read_csv", "jsonl": "read_json", "parquet": "read_parquet"}
# Million rows that a feed of a million customers over three years may have; others have 2.
BUDGETS = {
    "after_sale.device_events": 10,
    "after_sale.devices": 5,
    "after_sale.warranty_contracts": 5,
    "commerce.order_lines": 55,
    "commerce.orders": 11,
    "commerce.payments": 15,
    "commerce.refunds": 3,
    "commerce.shipments": 5,
    "erp.inventory_snapshots": 20,
    "erp.purchase_orders": 3,
    "marketing.email_events": 50,
    "marketing.offer_assignments": 5,
    "marketing.touches": 50,
}
OTHER_BUDGET = 2
console = Console()


def cpu_seconds() -> float:
    """Return the seconds that all threads of this process have worked."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_gib() -> float:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


class Watch:
    """Prints what each chapter took when the next one begins."""

    def __init__(self) -> None:
        self.name = ""
        self.started = time.perf_counter()
        self.worked = cpu_seconds()

    def turn(self, chapter: Chapter | None) -> None:
        """Begin a chapter; None after the last."""
        now, worked = time.perf_counter(), cpu_seconds()
        if self.name:
            took = f"{now - self.started:6.1f} s, {worked - self.worked:6.1f} CPU-s"
            console.print(f"{self.name:20} {took}, peak {peak_gib():.2f} GiB")
        self.name = chapter.name if chapter else ""
        self.started, self.worked = now, worked


def count_rows(shop: Shop) -> dict[str, int]:
    """Count what was delivered, by feed."""
    found = {}
    connection = duckdb.connect()
    for folder in sorted(shop.landing.glob("*/*")):
        files = sorted(folder.iterdir())
        reader = READERS[files[0].suffix.lstrip(".")]
        paths = [str(file) for file in files]
        ((count,),) = connection.execute(f"select count(*) from {reader}({paths})").fetchall()
        found[f"{folder.parent.name}.{folder.name}"] = int(count)
    return found


def main() -> None:
    """Tell the shop and write what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    customers = parser.parse_args().customers
    story = Settings(
        seed=1, customers=customers, first=date(2023, 1, 1), base_end=UNTIL.date(), mode="full"
    )
    with tempfile.TemporaryDirectory(dir=ROOT / ".onemart") as scratch:
        for part in ("dbt_project.yml", "expectations"):
            (Path(scratch) / part).symlink_to(ROOT / part)
        project = Project(Path(scratch))
        shop = project.shop("measured")
        watch = Watch()
        started, worked = watch.started, watch.worked
        tell(project, shop, story, UNTIL, on_chapter=watch.turn)
        watch.turn(None)
        took = (
            f"{customers:,} customers: {time.perf_counter() - started:.0f} s,"
            f" {cpu_seconds() - worked:.0f} CPU seconds, {peak_gib():.1f} GiB at most."
        )
        rows = ["| feed | rows | budget |", "|---|---|---|"]
        rows += [
            f"| {feed} | {count:,} | {BUDGETS.get(feed, OTHER_BUDGET)} million |"
            for feed, count in count_rows(shop).items()
        ]
    write_between_marks(PAGE, {"took": [took], "rows": rows})
    console.print("\n".join([took, *rows]), markup=False, highlight=False)


main()
