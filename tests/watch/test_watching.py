"""What a watch does beside building: it waits, is alone, ends cleanly and tells what broke."""

import os
import signal
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from onemart.errors import UsageError
from onemart.feeds.ledger import prepare_ledger
from onemart.project import Project
from onemart.warehouse.duckdb import DuckdbWarehouse
from onemart.watch.lineage import Lineage, record_as_seen
from onemart.watch.narrow_tests import NarrowTest, failures
from onemart.watch.watch import ending_on_signals, hold_watch, next_time


def node(
    name: str,
    *parents: str,
    materialized: str = "table",
    tags: tuple[str, ...] = (),
    day: str | None = None,
) -> Any:
    partition = {"field": day} if day else None
    return SimpleNamespace(
        unique_id=f"model.{name}",
        name=name,
        resource_type="model",
        tags=list(tags),
        config=SimpleNamespace(materialized=materialized, get={"partition_by": partition}.get),
        depends_on=SimpleNamespace(nodes=list(parents)),
    )


def source(feed: str) -> Any:
    return SimpleNamespace(schema="raw", identifier=f"till__{feed}__current")


@pytest.fixture
def lineage() -> Lineage:
    """Lines and people come in; a view of both stands before the report, which is nightly.

    A log of touched days tells the lines which days to look at.
    """
    nodes = [
        node("stg_lines", "source.lines", materialized="view"),
        node("stg_people", "source.people", materialized="view"),
        node("int_days", materialized="incremental"),
        node("fct_lines", "model.stg_lines", "model.int_days", materialized="incremental", day="d"),
        node("dim_people", "model.stg_people"),
        node("int_both", "model.fct_lines", "model.dim_people", materialized="view"),
        node("rpt_people", "model.int_both", tags=("nightly",)),
        node("rpt_of_report", "model.rpt_people"),
    ]
    return Lineage(
        SimpleNamespace(
            nodes={one.unique_id: one for one in nodes},
            sources={"source.lines": source("lines"), "source.people": source("people")},
        )
    )


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckdbWarehouse:
    path = tmp_path / "w.duckdb"
    opened = DuckdbWarehouse(duckdb.connect(str(path)), path)
    prepare_ledger(opened)
    return opened


def publish(warehouse: DuckdbWarehouse, number: int, feed: str, status: str = "accepted") -> None:
    """Enter a delivery in the ledger; counts of it are all zero."""
    told = {"delivery_id": f"d{number}", "published_seq": number, "source": "till", "feed": feed}
    told |= {"kind": "file", "status": status, "file_name": "f"}
    columns = warehouse.columns("ops", "delivery_log")
    values = {
        name: told.get(
            name, 0 if "bigint" in kind or "decimal" in kind else datetime(2025, 1, 1, tzinfo=UTC)
            if kind == "timestamp" else None if kind in {"date", "varchar[]"} else "-",
        )
        for name, kind in columns.items()
    }  # fmt: skip
    marks = ", ".join("?" for _ in values)
    warehouse.run(f"insert into ops.delivery_log values ({marks})", list(values.values()))


def built(warehouse: DuckdbWarehouse, models: list[str], number: int, minute: int) -> None:
    for model in models:
        warehouse.run(
            "insert into ops.model_builds values (?, ?, ?)",
            [model, number, datetime(2025, 1, 1, 0, minute)],  # noqa: DTZ001
        )


def test_what_a_nightly_model_is_read_by_is_nightly(lineage: Lineage) -> None:
    assert lineage.nightly == {"rpt_people", "rpt_of_report"}
    assert lineage.hourly == {"int_days", "fct_lines", "dim_people"}


def test_a_delivery_leaves_behind_what_comes_of_its_feed(
    lineage: Lineage, warehouse: DuckdbWarehouse
) -> None:
    publish(warehouse, 1, "lines")
    publish(warehouse, 2, "people")
    built(warehouse, list(lineage.kept), 2, minute=1)
    assert not lineage.behind(warehouse).models
    publish(warehouse, 3, "people", status="rejected")
    assert not lineage.behind(warehouse).models, "a rejected file brought nothing"
    publish(warehouse, 4, "lines")
    reports = {"rpt_people", "rpt_of_report"}
    assert lineage.behind(warehouse).models == {"int_days", "fct_lines", *reports}


def test_a_log_of_days_is_behind_every_publication_and_its_readers_are_not(
    lineage: Lineage, warehouse: DuckdbWarehouse
) -> None:
    publish(warehouse, 1, "lines")
    built(warehouse, list(lineage.kept), 1, minute=1)
    publish(warehouse, 2, "people")
    behind = lineage.behind(warehouse).models
    assert behind == {"int_days", "dim_people", "rpt_people", "rpt_of_report"}


def test_a_model_that_failed_is_behind_until_it_is_built(
    lineage: Lineage, warehouse: DuckdbWarehouse
) -> None:
    publish(warehouse, 1, "lines")
    built(warehouse, list(lineage.kept), 1, minute=1)
    publish(warehouse, 2, "lines")
    record_as_seen(warehouse, lineage.behind(warehouse))
    # Nothing was built; then people come, of which lines know nothing.
    publish(warehouse, 3, "people")
    behind = lineage.behind(warehouse)
    assert behind.models == {"int_days", "fct_lines", "dim_people", "rpt_people", "rpt_of_report"}
    assert behind.seen["fct_lines"] == 1
    assert behind.seen["dim_people"] == 2, "it had seen all that is its own"


def test_a_test_reads_the_touched_days_only(warehouse: DuckdbWarehouse) -> None:
    warehouse.run("create table sales as select date '2025-01-01' as day, 1 as id")
    warehouse.run(
        "insert into sales values ('2025-01-02', 2), ('2025-01-02', 2), ('2025-01-04', 4)"
    )
    unique = NarrowTest(
        "ids_are_unique",
        "sales",
        "select id from sales group by id having count(*) > 1",
        (("sales", "day"),),
        is_warning=False,
    )
    days = [date(2025, 1, 1), date(2025, 1, 3), date(2025, 1, 4)]
    assert not failures(warehouse, [unique], days)
    assert failures(warehouse, [unique], [*days, date(2025, 1, 2)]) == [(unique, 1)]
    assert failures(warehouse, [unique, unique], [date(2025, 1, 2)]) == [(unique, 1)] * 2
    assert not failures(warehouse, [unique], [])
    assert "day >= date '2025-01-03' and day < date '2025-01-05'" in unique.on(days)


def test_a_second_watch_is_refused(tmp_path: Path) -> None:
    shop = Project(tmp_path).shop("corner")
    with (
        hold_watch(shop),
        pytest.raises(UsageError, match="Another `onemart watch` looks at shop corner"),
        hold_watch(shop),
    ):
        pytest.fail("two watches at once")
    with hold_watch(shop):
        pass


def test_ctrl_c_ends_after_the_round_and_a_second_one_at_once() -> None:
    told: list[str] = []
    # Not always Python's own: whoever starts the tests in the background has it ignored.
    before = signal.getsignal(signal.SIGINT)
    with ending_on_signals(lambda: told.append("ending")) as end:
        os.kill(os.getpid(), signal.SIGINT)
        assert end.wait(5)
        assert told == ["ending"]
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_night_is_the_next_time_that_clocks_show_it() -> None:
    noon = datetime(2025, 12, 31, 12, tzinfo=UTC)
    assert next_time("03:30", noon) == datetime(2026, 1, 1, 3, 30, tzinfo=UTC)
    assert next_time("12:01", noon) == datetime(2025, 12, 31, 12, 1, tzinfo=UTC)
    with pytest.raises(UsageError, match="'25:00' is no time of day"):
        next_time("25:00", noon)
