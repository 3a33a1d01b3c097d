"""The connection to a shop's warehouse, and waiting for whoever holds it."""

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import filelock

from onemart.errors import WarehouseLockedError
from onemart.project import Shop

__all__ = ["LOCK_TIMEOUT_SECONDS", "Warehouse", "hold_gate", "now", "open_warehouse"]

LOCK_TIMEOUT_SECONDS = 120.0
MEMORY_LIMIT = "3GiB"
_PID = re.compile(r"PID (\d+)")


def now() -> datetime:
    """Return the time in UTC, without zone; ONEMART_NOW fixes it for repeatable builds."""
    fixed = os.environ.get("ONEMART_NOW")
    moment = datetime.fromisoformat(fixed) if fixed else datetime.now(UTC)
    return moment.replace(tzinfo=None) if moment.tzinfo is None else _utc(moment)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


class Warehouse:
    """One connection to the DuckDB file of a shop, with the few verbs that the gate needs."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.connection = connection
        self.path = path

    def run(self, sql: str, parameters: list[Any] | None = None) -> None:
        """Run a statement for its effect."""
        self.connection.execute(sql, parameters)

    def rows(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query that gives few."""
        return self.connection.execute(sql, parameters).fetchall()

    def dicts(self, sql: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        """Return all rows of a query that gives few, as dictionaries."""
        cursor = self.connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, sql: str, parameters: list[Any] | None = None) -> Any:
        """Return the single value of a query."""
        return self.rows(sql, parameters)[0][0]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block does, or nothing of it."""
        self.connection.execute("begin transaction")
        try:
            yield
        except BaseException:
            self._rollback()
            raise
        self.connection.execute("commit")

    def _rollback(self) -> None:
        try:
            self.connection.execute("rollback")
        except duckdb.Error:
            # A fatal error (a full disk) has already taken the transaction with it.
            return


def _process_name(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        command = ""
    return f"process {pid}" + (f" ({command[:80]})" if command else "")


@contextmanager
def open_warehouse(
    shop: Shop, *, read_only: bool = False, timeout: float = LOCK_TIMEOUT_SECONDS
) -> Iterator[Warehouse]:
    """Open the shop's warehouse, waiting while another process (dbt, a reader) has it open.

    Raises
    ------
    WarehouseLockedError
        If it is still held after `timeout` seconds; says by whom.
    """
    shop.warehouse.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + timeout
    while True:
        try:
            connection = duckdb.connect(str(shop.warehouse), read_only=read_only)
            break
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
            if time.monotonic() >= deadline:
                found = _PID.search(str(error))
                holder = _process_name(int(found[1])) if found else "another process"
                raise WarehouseLockedError(
                    f"The warehouse of shop {shop.name} is held by {holder}.",
                    f"Waited {timeout:.0f} s. Let it finish, or end it, and run this again.",
                ) from error
            time.sleep(0.2)
    try:
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        connection.execute("set timezone = 'UTC'")
        yield Warehouse(connection, shop.warehouse)
    finally:
        connection.close()


@contextmanager
def hold_gate(shop: Shop, command: str, *, timeout: float = LOCK_TIMEOUT_SECONDS) -> Iterator[None]:
    """Let one process at a time through the shop's gate.

    Raises
    ------
    WarehouseLockedError
        If another one is still at it after `timeout` seconds; says which and since when.
    """
    shop.lock.parent.mkdir(parents=True, exist_ok=True)
    told = shop.lock.with_suffix(".json")
    lock = filelock.FileLock(str(shop.lock))
    try:
        lock.acquire(timeout=timeout)
    except filelock.Timeout as error:
        holder = json.loads(told.read_text()) if told.is_file() else {}
        who = f"'{holder.get('command', 'onemart')}', process {holder.get('pid', '?')}"
        raise WarehouseLockedError(
            f"{who}, has been at the gate of shop {shop.name} since {holder.get('since', '?')}.",
            f"Waited {timeout:.0f} s. Let it finish and run this again.",
        ) from error
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        told.write_text(json.dumps({"command": command, "pid": os.getpid(), "since": since}))
        yield
    finally:
        told.unlink(missing_ok=True)
        lock.release()
