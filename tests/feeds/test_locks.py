"""Two at the gate, or somebody else in the warehouse: wait, then say who holds it."""

import json
import multiprocessing
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.feeds.warm_gate import (
    EARLIER,
    SHOP,
    Order,
    Running,
    deliver,
    keep_open,
    make_shop,
    start,
    work,
)

from onemart.errors import WarehouseLockedError
from onemart.feeds.lock import hold_gate
from onemart.project import Project, Shop
from onemart.warehouse import open_warehouse

HELD = ("published", "shelves_1.parquet")
SHELVES = {"shelves/shelves_1.parquet": EARLIER["shelves/shelves_1.parquet"]}


@pytest.fixture(autouse=True)
def _nobody_left() -> Iterator[None]:
    yield
    left = multiprocessing.active_children()
    assert not left, "a test left a process behind"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A shop with one file to land."""
    root = make_shop(tmp_path / "project")
    deliver(root, SHELVES)
    return root


@pytest.fixture
def shop(root: Path) -> Shop:
    return Project(root).shop(SHOP)


def test_the_second_land_waits_and_finds_nothing_to_do(root: Path) -> None:
    first = start(Order(root, hold_at=HELD))
    first.wait_for("step", HELD)
    second = start(Order(root))
    assert not second.pipe.poll(0.5), "the second one is at the gate, too"
    first.go_on()
    assert first.end().outcomes == {"shelves_1.parquet": ("accepted", "")}
    waited = second.end()
    assert (waited.exit_status, waited.outcomes, waited.steps) == (0, {}, [])
    assert waited.seconds > 0.5


def test_after_the_timeout_it_says_who_is_at_the_gate_and_since_when(root: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    first = start(Order(root, command="onemart land --shop corner", hold_at=HELD))
    first.wait_for("step", HELD)
    refused = work(Order(root, timeout=0.3))
    first.go_on()
    assert first.end().exit_status == 0
    assert refused.error is not None
    kind, what, todo = refused.error
    assert kind == "WarehouseLockedError"
    asked = (
        r"'onemart land --shop corner', process (\d+), since (\S+), is at the gate of shop corner."
    )
    told = re.fullmatch(asked, what)
    assert told is not None, what
    assert int(told[1]) == first.process.pid
    assert before <= datetime.fromisoformat(told[2]) <= datetime.now(UTC)
    assert todo == "Waited 0 s. Let it finish and run this again."


@pytest.mark.parametrize("note", ["", '{"command": "onem', "[]", '{"pid": 1}'])
def test_a_note_cut_short_by_a_kill_does_not_disturb_who_waits(shop: Shop, note: str) -> None:
    with hold_gate(shop, "onemart land", timeout=1):
        shop.lock.with_suffix(".json").write_text(note)
        with (
            pytest.raises(WarehouseLockedError, match="Another process is at the gate"),
            hold_gate(shop, "onemart land", timeout=0.1),
        ):
            pass


def test_the_lock_of_a_killed_process_holds_nobody(root: Path, shop: Shop) -> None:
    first = start(Order(root, hold_at=HELD))
    first.wait_for("step", HELD)
    first.process.kill()
    assert first.end().was_killed
    assert shop.lock.exists()
    told = json.loads(shop.lock.with_suffix(".json").read_text())
    assert told["pid"] == first.process.pid
    next_one = work(Order(root, timeout=0.3))
    assert next_one.outcomes == {"shelves_1.parquet": ("accepted", "")}
    assert not shop.lock.with_suffix(".json").exists()


@pytest.mark.parametrize("read_only", [True, False], ids=["reader", "dbt"])
def test_land_says_who_has_the_warehouse_open(root: Path, shop: Shop, *, read_only: bool) -> None:
    with open_warehouse(shop):
        pass
    holder = Running(keep_open, shop.warehouse, read_only)
    holder.wait_for("open")
    refused = work(Order(root, timeout=0.5))
    assert refused.error is not None
    kind, what, todo = refused.error
    assert kind == "WarehouseLockedError"
    assert f"The warehouse of shop corner is held by process {holder.process.pid} (" in what
    assert "python" in what
    assert todo.startswith("Waited 0 s. Let it finish, or end it")

    waiting = start(Order(root))
    assert not waiting.pipe.poll(0.5), "it is in the warehouse together with another process"
    holder.go_on()
    assert holder.end().exitcode == 0
    assert waiting.end().outcomes == {"shelves_1.parquet": ("accepted", "")}


def test_a_reader_is_told_who_lands(root: Path, shop: Shop) -> None:
    landing = start(Order(root, hold_at=HELD))
    landing.wait_for("step", HELD)
    with (
        pytest.raises(WarehouseLockedError, match=f"held by process {landing.process.pid} "),
        open_warehouse(shop, read_only=True, timeout=0.3),
    ):
        pass
    landing.go_on()
    assert landing.end().exit_status == 0


def test_readers_read_side_by_side(shop: Shop) -> None:
    with open_warehouse(shop):
        pass
    reader = Running(keep_open, shop.warehouse, True)
    reader.wait_for("open")
    with open_warehouse(shop, read_only=True, timeout=0.3) as warehouse:
        assert warehouse.value("select 1") == 1
    reader.go_on()
    assert reader.end().exitcode == 0


def test_a_word_in_the_path_is_no_lock(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "clockwork")
    shop = Project(root).shop(SHOP)
    shop.warehouse.mkdir(parents=True)
    refused = work(Order(root, timeout=20.0))
    assert refused.error is not None
    assert refused.error[0] == "OnemartError"
    assert "directory" in refused.error[1]


def test_the_warehouse_is_free_once_the_gate_is_closed(root: Path, shop: Shop) -> None:
    # A feed with rules: Great Expectations has a connection of its own.
    deliver(root, {"lines/lines_1.csv": EARLIER["lines/lines_1.csv"]})
    landed = start(Order(root, lingers=True))
    landed.wait_for("lingers")
    with open_warehouse(shop, timeout=0.3) as warehouse:
        assert warehouse.value("select count(*) from ops.deliveries") == 2
    assert [path.name for path in shop.warehouse.parent.iterdir()] == ["corner.duckdb"]
    landed.go_on()
    assert landed.end().exit_status == 0


def test_a_file_that_is_taken_away_before_its_turn_stops_no_other(root: Path) -> None:
    deliver(root, {"shelves/shelves_2.parquet": {"shelf": [1], "label": ["tea"]}})
    deliver(root, {"shelves/shelves_3.parquet": {"shelf": [2], "label": ["oil"]}})
    landing = start(Order(root, hold_at=HELD))
    landing.wait_for("step", HELD)
    (root / "landing" / SHOP / "till/shelves/shelves_2.parquet").unlink()
    landing.go_on()
    ended = landing.end()
    assert not ended.traceback, ended.traceback
    assert ended.exit_status == 0
    assert ended.outcomes == {
        "shelves_1.parquet": ("accepted", ""),
        "shelves_2.parquet": ("waiting", "it was taken away before its turn"),
        "shelves_3.parquet": ("accepted", ""),
    }
