"""A disk that takes no more: nothing of the file counts; with room again all is as it should be.

A limit on the size of files stands for the disk: writing fails as on a full one.
"""

import resource
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.feeds.warm_gate import EARLIER, Ended, Order, deliver, differences, make_shop, work
from tests.feeds.warm_gate import snapshot as take_snapshot

LINES = 130_000


def limit_files(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def ledger_and_rows(found: dict[str, Any]) -> dict[str, Any]:
    kept = ("raw.", "quarantine.", "ops.")
    return {name: rows for name, rows in found.items() if name.startswith(kept)}


class FullDisk:
    """A shop with a file to land, and what landing it with room makes of it."""

    def __init__(self, folder: Path, earlier: Any, files: Any) -> None:
        self.folder = folder
        self.shop = make_shop(folder / "shop")
        if earlier:
            deliver(self.shop, earlier)
            assert work(Order(self.shop)).exit_status == 0
        deliver(self.shop, files)
        with_room = Path(shutil.copytree(self.shop, folder / "room"))
        assert work(Order(with_room)).exit_status == 0
        self.wanted = take_snapshot(with_room)
        self.smallest = self.size(self.shop)
        self.largest = self.size(with_room)

    def size(self, root: Path) -> int:
        warehouse = root / "warehouse/corner.duckdb"
        return warehouse.stat().st_size if warehouse.exists() else 0

    def land_within(self, limit: int) -> Ended:
        """Land with the limit, see that nothing counts if it failed, then land with room."""
        root = Path(shutil.copytree(self.shop, self.folder / "limited"))
        before = ledger_and_rows(take_snapshot(root)) if self.smallest else {}
        limited = work(Order(root, first=partial(limit_files, limit)))
        assert limited.exitcode == 0
        if limited.error is not None and self.smallest:
            assert not differences(ledger_and_rows(take_snapshot(root)), before)
        last = work(Order(root))
        assert (last.exit_status, last.error) == (0, None)
        assert not differences(take_snapshot(root), self.wanted)
        shutil.rmtree(root)
        return limited


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> FullDisk:
    """A file that grows the warehouse while it is loaded."""
    rows = "".join(f"{n},{n % 1000}.25,2,2026-01-{12 + n % 7}\n" for n in range(LINES))
    content = f"line,amount,week,sold_on\n{rows}x,1.00,2,2026-01-12\n"
    folder = tmp_path_factory.mktemp("large")
    return FullDisk(folder, EARLIER, {"lines/lines_4.csv": content})


@pytest.fixture(scope="module")
def in_place(tmp_path_factory: pytest.TempPathFactory) -> FullDisk:
    """A file that is read where it lies, so it grows the warehouse only while it is published."""
    content = {"shelf": list(range(LINES)), "label": [f"{n * n}" for n in range(LINES)]}
    folder = tmp_path_factory.mktemp("in_place")
    return FullDisk(folder, EARLIER, {"shelves/shelves_3.parquet": content})


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> FullDisk:
    """The first file of a shop, small: what grows is DuckDB's log, until it is merged."""
    files = {"shelves/shelves_1.parquet": EARLIER["shelves/shelves_1.parquet"]}
    return FullDisk(tmp_path_factory.mktemp("first"), {}, files)


def refused_at(limited: Ended, file: str) -> str:
    """Return the last step before the disk was full."""
    assert limited.error is not None
    kind, what, todo = limited.error
    assert kind == "OnemartError"
    assert what.startswith(f"{file}: the disk or the warehouse does not take it:")
    assert what.endswith("File too large.")
    assert todo.startswith("Is the disk full, or a size limit reached?")
    return limited.steps[-1][0]


def test_full_while_loading(large: FullDisk) -> None:
    half = (large.smallest + large.largest) // 2
    assert refused_at(large.land_within(half), "lines_4.csv") == "looked"


def test_full_while_publishing(in_place: FullDisk) -> None:
    limited = in_place.land_within(in_place.smallest)
    assert refused_at(limited, "shelves_3.parquet") == "audited"


def test_full_while_the_log_grows_and_while_it_is_merged(first: FullDisk) -> None:
    refused_at = []
    limit = 4_096
    while (limited := first.land_within(limit)).error is not None:
        kind, what, _ = limited.error
        assert kind == "OnemartError"
        assert "the disk or the warehouse does not take it:" in what
        refused_at.append(limited.steps[-1][0] if limited.steps else "opened")
        limit = max(14_000, int(limit * 1.1))
    assert refused_at[0] == "opened"
    assert set(refused_at) & {"looked", "loaded", "audited", "published"}, refused_at
    # The file has landed, but the log cannot be merged at the end: it is kept beside the warehouse.
    assert limit < first.largest


def test_a_limit_below_the_warehouse_is_refused_before_it_could_damage_it(large: FullDisk) -> None:
    limited = large.land_within(large.smallest // 10)
    assert limited.error is not None
    assert limited.steps == []
    assert f"has {large.smallest:,} bytes" in limited.error[1]
    assert "ulimit -f" in limited.error[2]
