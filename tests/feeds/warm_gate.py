"""A small shop with three feeds, and processes that take its files through the gate.

Each process is forked from a server that has everything imported and holds no DuckDB connection, so
that a process is at the gate after milliseconds, and whatever kills it hits the gate.
"""

import json
import multiprocessing
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from onemart.errors import OnemartError
from onemart.feeds.gate import land, open_gate
from onemart.feeds.ledger import SCHEMAS
from onemart.project import Project
from onemart.warehouse import Warehouse, chosen_target, open_warehouse
from onemart.warehouse.duckdb import DuckdbWarehouse

__all__ = [
    "EARLIER",
    "FILES",
    "SHOP",
    "Ended",
    "Order",
    "Running",
    "deliver",
    "differences",
    "keep_open",
    "make_shop",
    "snapshot",
    "start",
    "work",
]

SHOP = "corner"

_WARM = ["pytest", "pandas", "onemart.feeds.gx", __name__]
"""Imported once, by the server that forks; Great Expectations alone takes seconds."""

_CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: till.{feed}
name: {feed}
version: 1.0.0
status: active
team:
  name: store-systems
servers:
  - server: landing
    type: local
    path: landing/*/till/{feed}/*
    format: {format}
    encoding: UTF-8
slaProperties:
  - property: frequency
    value: 7
    unit: d
schema:
  - name: {feed}
    description: One row per record of the till.
    properties:
{columns}
customProperties:
  - property: deliveries
    value:
{deliveries}
"""

_LINES = {
    "feed": "lines",
    "format": "csv",
    "columns": """\
      - name: line
        logicalType: integer
        description: Number of the line.
      - name: amount
        logicalType: number
        physicalType: decimal(12,2)
        description: EUR.
        quality:
          - name: amount is not negative
            type: custom
            engine: greatExpectations
            implementation:
              type: expect_column_values_to_be_between
              kwargs:
                min_value: 0
      - name: week
        logicalType: integer
        description: Week of the sale.
      - name: sold_on
        logicalType: date
        partitioned: true
        description: Day of the sale.
""",
    "deliveries": """\
      relation: replacePeriod
      fileName: lines_(?P<order>[0-9]+)[a-z_]*\\.csv
      period:
        column: week
      order:
        fileName: order
      maxBadShare: 0.5
      controlTotal: amount
""",
}

_MEMBERS = {
    "feed": "members",
    "format": "jsonl",
    "columns": """\
      - name: member
        logicalType: integer
        primaryKey: true
        primaryKeyPosition: 1
        description: The member.
      - name: email
        logicalType: string
        classification: pii
        description: Where the member is written to.
""",
    "deliveries": """\
      relation: upsert
      maxBadShare: 0.5
      complete:
        when: marker
        suffix: .ok
""",
}

_SHELVES = {
    "feed": "shelves",
    "format": "parquet",
    "columns": """\
      - name: shelf
        logicalType: integer
        description: The shelf.
      - name: label
        logicalType: string
        description: What it says.
""",
    "deliveries": """\
      relation: fullSnapshot
""",
}

_LINES_1 = """\
line,amount,week,sold_on
1,2.50,1,2026-01-05
2,-1.00,1,2026-01-06
3,1.234,1,2026-01-06
4,7.10,1,2026-01-07
5,0.99,2,2026-01-12
"""

EARLIER = {
    "lines/lines_1.csv": _LINES_1,
    "members/members_a.jsonl": """\
{"member": 1, "email": "ada@example.com"}
{"member": 2, "email": "bob@example.com"}
""",
    "shelves/shelves_1.parquet": {"shelf": [1, 2, 3], "label": ["tea", "rice", "salt"]},
}
"""Went through the gate before anybody is killed."""

FILES = {
    "lines/lines_1_again.csv": _LINES_1,
    "lines/lines_2_half.csv": "line,amount,week\n1,2.50,2\n",
    "lines/lines_3.csv": """\
line,amount,week,sold_on
1,2.60,1,2026-01-05
2,x,1,2026-01-06
3,-4.00,1,2026-01-08
4,4.00,1,2026-01-08
""",
    "members/members_b.jsonl": """\
{"member": 2, "email": "rob@example.com"}
{"member": 3, "email": null}
{"member": "?", "email": ""}
""",
    "shelves/shelves_2.parquet": {"shelf": [1, 3], "label": ["tea", None]},
}
"""A duplicate, one to reject, a corrected week with bad lines, a key again, a second snapshot."""


def make_shop(root: Path) -> Path:
    """Write a project with its contracts and an empty landing folder; return `root`."""
    (root / ".onemart").mkdir(parents=True)
    (root / ".onemart/pii.key").write_text("0123456789abcdef")
    (root / "dbt_project.yml").write_text("")
    contracts = root / "expectations/till"
    contracts.mkdir(parents=True)
    for feed in (_LINES, _MEMBERS, _SHELVES):
        (contracts / f"{feed['feed']}.yml").write_text(_CONTRACT.format(**feed))
        (root / "landing" / SHOP / "till" / feed["feed"]).mkdir(parents=True)
    return root


def deliver(root: Path, files: Mapping[str, str | dict[str, list[Any]]]) -> None:
    """Put files into landing, with the marker that says they are whole where the contract asks."""
    for name, content in files.items():
        path = root / "landing" / SHOP / "till" / name
        if isinstance(content, str):
            path.write_text(content)
        else:
            pq.write_table(pa.table(content), path)
        if path.parent.name == "members":
            path.with_name(f"{path.name}.ok").touch()


@dataclass(frozen=True)
class Order:
    """What a process does at the gate, and where it ends.

    Attributes
    ----------
    first : callable, optional
        Done before the gate: what takes a permission or sets a limit.
    kill_at : tuple of (str, str), optional
        The step and the file behind which the process kills itself.
    kill_before_operation, kill_before_statement : int, optional
        Number of the file operation (rename, new or removed folder, removal, opening to write) or
        of the SQL statement, from 1, before which it kills itself.
    environment : Mapping
        Variables that choose the warehouse.
    hold_at : tuple of (str, str), optional
        The step and the file behind which it waits until it is told to go on.
    lingers : bool
        Whether it waits until it is told to go on, once the gate is closed.
    """

    root: Path
    command: str = "onemart land"
    timeout: float = 20.0
    first: Callable[[], None] | None = None
    kill_at: tuple[str, str] | None = None
    kill_before_operation: int | None = None
    kill_before_statement: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    hold_at: tuple[str, str] | None = None
    lingers: bool = False


@dataclass
class Ended:
    """What a process told before it ended."""

    exitcode: int
    seconds: float = 0.0
    steps: list[tuple[str, str]] = field(default_factory=list)
    outcomes: dict[str, tuple[str, str]] = field(default_factory=dict)
    exit_status: int | None = None
    error: tuple[str, str, str] | None = None
    traceback: str = ""
    operations: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    lingers: bool = False

    @property
    def was_killed(self) -> bool:
        return self.exitcode == -signal.SIGKILL


def _kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


class _Counter:
    """Counts what happens, and kills the process before the one that is told."""

    def __init__(self, told: int | None) -> None:
        self.told = told
        self.count = 0
        self.seen: list[str] = []

    def next(self, what: str = "") -> None:
        self.count += 1
        self.seen.append(what)
        if self.count == self.told:
            _kill_self()


def _count_operations(counter: _Counter, root: str) -> None:
    operations = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.link"}

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            is_ours = bool(flags & (os.O_WRONLY | os.O_RDWR))
        elif event in operations:
            path, is_ours = arguments[0], True
        else:
            return
        if is_ours and isinstance(path, str | os.PathLike) and os.fspath(path).startswith(root):
            counter.next(f"{event} {os.fspath(path).removeprefix(root)}")

    sys.addaudithook(hear)


def _count_statements(counter: _Counter) -> None:
    owner, verb = DuckdbWarehouse, "_execute"
    if chosen_target() != "dev":
        from onemart.warehouse.bigquery import BigqueryWarehouse

        owner, verb = BigqueryWarehouse, "_query"
    execute = getattr(owner, verb)

    def counted(self: Warehouse, sql: str, *more: Any, **options: Any) -> Any:
        counter.next(sql)
        return execute(self, sql, *more, **options)

    setattr(owner, verb, counted)


def _at_the_gate(order: Order, pipe: Connection) -> None:
    """Do what `onemart land` does, telling of it through the pipe."""
    operations = _Counter(order.kill_before_operation)
    statements = _Counter(order.kill_before_statement)
    project = Project(order.root)

    def on_step(step: str, file_name: str) -> None:
        pipe.send(("step", (step, file_name)))
        if (step, file_name) == order.kill_at:
            _kill_self()
        if (step, file_name) == order.hold_at:
            pipe.recv()

    try:
        os.environ.update(order.environment)
        if order.first is not None:
            order.first()
        _count_operations(operations, str(order.root))
        _count_statements(statements)
        assert "onemart.feeds.gx" in sys.modules, "the server is cold: kills would hit imports"
        pipe.send(("begin", None))
        began = time.perf_counter()
        with open_gate(
            project, project.shop(SHOP), order.command, on_step=on_step, timeout=order.timeout
        ) as gate:
            report = land(
                gate,
                on_start=lambda _: None,
                on_end=lambda end: pipe.send(
                    ("outcome", (end.file_name, (end.status, end.reason)))
                ),
            )
        pipe.send(("exit_status", report.exit_status))
        pipe.send(("seconds", time.perf_counter() - began))
        pipe.send(("operations", operations.seen))
        pipe.send(("statements", statements.seen))
        if order.lingers:
            pipe.send(("lingers", True))
            pipe.recv()
    except OnemartError as error:
        pipe.send(("error", (type(error).__name__, error.what, error.todo)))
    except BaseException:  # noqa: BLE001 - what a user would see as a traceback fails the test
        pipe.send(("traceback", traceback.format_exc()))


class Running:
    """A process at work, with the pipe through which it tells."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_WARM)
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=target, args=(*arguments, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.told: list[tuple[str, Any]] = []

    def wait_for(self, what: str, value: Any = None, timeout: float = 60.0) -> Any:
        """Read what it tells until it tells this."""
        deadline = time.monotonic() + timeout
        while self.pipe.poll(max(deadline - time.monotonic(), 0)):
            self.told.append(self.pipe.recv())
            kind, found = self.told[-1]
            if kind == what and value in (None, found):
                return found
            assert kind != "traceback", found
        raise AssertionError(f"did not tell {what} {value or ''} in {timeout} s: {self.told}")

    def go_on(self) -> None:
        """Release a process that holds at a step."""
        self.pipe.send("go on")

    def end(self, timeout: float = 60.0) -> Ended:
        """Wait for its end and return what it told."""
        self.process.join(timeout)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
            raise AssertionError(f"did not end in {timeout} s: {self.told}")
        try:
            while self.pipe.poll(0):
                self.told.append(self.pipe.recv())
        except (EOFError, OSError, pickle.UnpicklingError):
            pass  # killed, perhaps in the middle of a word
        self.pipe.close()
        ended = Ended(self.process.exitcode)
        for kind, value in self.told:
            if kind == "step":
                ended.steps.append(value)
            elif kind == "outcome":
                ended.outcomes[value[0]] = value[1]
            elif kind != "begin":
                setattr(ended, kind, value)
        return ended


def keep_open(path: Path, read_only: bool, pipe: Connection) -> None:  # noqa: FBT001
    """Hold a warehouse as dbt or a reader does, until told to go on."""
    connection = duckdb.connect(str(path), read_only=read_only)
    pipe.send(("open", True))
    pipe.recv()
    connection.close()


def start(order: Order) -> Running:
    """Start a process at the gate; it has begun when this returns."""
    running = Running(_at_the_gate, order)
    running.wait_for("begin")
    return running


def work(order: Order) -> Ended:
    """Run a process at the gate to its end, or to where it is killed."""
    ended = start(order).end()
    assert not ended.traceback, ended.traceback
    return ended


_TIMES = {"started_at", "finished_at", "_loaded_at", "quarantined_at", "migrated_at"}
# What Great Expectations draws anew in each run, and the emulator's dataset, each scene's own.
_OF_A_RUN = {
    "id",
    "run_id",
    "validation_id",
    "checkpoint_id",
    "validation_time",
    "ge_load_time",
    "schema_name",
}


def _without_run(value: Any) -> Any:
    """Drop times and run ids from a document of Great Expectations."""
    if isinstance(value, dict):
        return {key: _without_run(part) for key, part in value.items() if key not in _OF_A_RUN}
    if isinstance(value, list):
        return [_without_run(part) for part in value]
    return value


def _read_all(root: Path, environment: Mapping[str, str], pipe: Connection) -> None:
    os.environ.update(environment)
    shop = Project(root).shop(SHOP)
    found: dict[str, Any] = {}
    with open_warehouse(shop, read_only=True, timeout=20) as warehouse:
        for schema, table in [
            (known, name) for known in SCHEMAS for name in warehouse.tables(known)
        ]:
            rows = warehouse.dicts(f"select * from {warehouse.table(schema, table)}")
            kept = [
                {
                    key: _without_run(json.loads(value)) if key == "document" else value
                    for key, value in row.items()
                    if key not in _TIMES
                }
                for row in rows
            ]
            found[f"{schema}.{table}"] = sorted(map(repr, kept))
    for path in sorted(root.rglob("*")):
        place = str(path.relative_to(root))
        is_content = path.is_file() and path.suffix not in {".duckdb", ".lock"}
        found[place] = path.read_bytes() if is_content else ""
    pipe.send(("found", found))


def snapshot(root: Path, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return all that the gate keeps: tables, views, files and folders; times and run ids aside."""
    running = Running(_read_all, root, environment or {})
    found: dict[str, Any] = running.wait_for("found")
    running.end()
    return found


def differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """Say what differs between two snapshots; empty if nothing does."""
    names = sorted({*found, *wanted})
    return "\n".join(
        f"{name}:\n  found  {found.get(name, 'nothing')}\n  wanted {wanted.get(name, 'nothing')}"
        for name in names
        if found.get(name) != wanted.get(name)
    )
