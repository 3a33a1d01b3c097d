"""The connection to a shop's warehouse, and waiting for whoever holds it."""

import errno
import json
import os
import re
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import filelock

from onemart.errors import OnemartError, WarehouseLockedError
from onemart.project import Shop

__all__ = [
    "LOCK_TIMEOUT_SECONDS",
    "Warehouse",
    "explain_disk",
    "first_line",
    "hold_gate",
    "now",
    "open_warehouse",
]

LOCK_TIMEOUT_SECONDS = 120.0
MEMORY_LIMIT = "3GiB"
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS}
_DISK_ERRORS = (duckdb.IOException, duckdb.FatalException, duckdb.OutOfMemoryException)
# A commit that cannot be written comes as an error of the transaction.
_DISK_TOLD = re.compile("Could not (write|sync|truncate)|Cannot open file")
_DAMAGED = re.compile("not a valid DuckDB database|not read enough bytes|Corrupt database")
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
    except (OSError, UnicodeDecodeError):
        command = ""
    return f"process {pid}" + (f" ({command[:80]})" if command else "")


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message."""
    return (str(error).splitlines() or [type(error).__name__])[0]


@contextmanager
def explain_disk(what: str) -> Iterator[None]:
    """Turn what the disk refuses in this block into an error that says what to do.

    Parameters
    ----------
    what : str
        What was at work, at the start of the message.
    """
    try:
        yield
    except PermissionError as error:
        raise OnemartError(
            f"{what}: permission denied for {error.filename2 or error.filename}.",
            "Give this user permission to read and write there, and run this again.",
        ) from error
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise OnemartError(
                f"{what}: {error.filename} and {error.filename2} are on different file systems.",
                "Files move through the gate by renaming: keep landing, archive, rejected and"
                " .onemart on one file system.",
            ) from error
        if error.errno not in _NO_ROOM:
            raise
        raise _no_room(what, error) from error
    except duckdb.Error as error:
        if not isinstance(error, _DISK_ERRORS) and not _DISK_TOLD.search(str(error)):
            raise
        if "Permission denied" in str(error):
            raise OnemartError(
                f"{what}: {first_line(error)}.",
                "Give this user permission to write the warehouse and its folder.",
            ) from error
        raise _no_room(what, error) from error


def _no_room(what: str, error: Exception) -> OnemartError:
    return OnemartError(
        f"{what}: the disk or the warehouse does not take it: {first_line(error)}.",
        "Is the disk full, or a size limit reached? Nothing that is half written counts: make room"
        " and run this again.",
    )


def _create_warehouse(path: Path) -> None:
    """Make an empty warehouse under another name first; half a file is none that DuckDB opens."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    if new.exists():
        new.unlink()
    if path.exists():
        return
    duckdb.connect(str(new)).close()
    # A link, unlike a rename, does not replace what somebody else made meanwhile.
    with suppress(FileExistsError):
        os.link(new, path)
    new.unlink()


def _check_size_limit(path: Path) -> None:
    """Refuse a limit below the file's own size before anything is written.

    DuckDB writes some of its blocks in place; one that is cut off by the limit leaves a warehouse
    that cannot be opened any more.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = path.stat().st_size
    if limit != resource.RLIM_INFINITY and limit < size:
        raise OnemartError(
            f"{path} has {size:,} bytes, and this process may not write files above {limit:,}.",
            "Raise the limit (ulimit -f) and run this again; the warehouse was not touched.",
        )


def _cannot_open(shop: Shop, error: duckdb.Error) -> OnemartError:
    if _DAMAGED.search(str(error)):
        todo = (
            f"Restore it, or move it away and land the files of archive/{shop.name} again:"
            " they are as they came."
        )
    elif "does not exist" in str(error):
        todo = "It is made by the first `onemart land`."
    else:
        todo = "See to it that this user may read and write the file and its folder."
    return OnemartError(
        f"The warehouse {shop.warehouse} cannot be opened: {first_line(error)}.", todo
    )


def _connect(shop: Shop, *, read_only: bool, timeout: float) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + timeout
    while True:
        try:
            return duckdb.connect(str(shop.warehouse), read_only=read_only)
        except duckdb.Error as error:
            if "Could not set lock on file" not in str(error):
                raise _cannot_open(shop, error) from error
            if time.monotonic() >= deadline:
                found = _PID.search(str(error))
                holder = _process_name(int(found[1])) if found else "another process"
                raise WarehouseLockedError(
                    f"The warehouse of shop {shop.name} is held by {holder}.",
                    f"Waited {timeout:.0f} s. Let it finish, or end it, and run this again.",
                ) from error
            time.sleep(0.2)


@contextmanager
def open_warehouse(
    shop: Shop, *, read_only: bool = False, timeout: float = LOCK_TIMEOUT_SECONDS
) -> Iterator[Warehouse]:
    """Open the shop's warehouse, waiting while another process (dbt, a reader) has it open.

    Raises
    ------
    WarehouseLockedError
        If it is still held after `timeout` seconds; says by whom.
    OnemartError
        If it cannot be opened or written, for want of permission or room, or because the file is
        no warehouse.
    """
    with explain_disk(f"The warehouse of shop {shop.name}"):
        if not read_only:
            _create_warehouse(shop.warehouse)
            _check_size_limit(shop.warehouse)
        connection = _connect(shop, read_only=read_only, timeout=timeout)
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
    with explain_disk(f"The gate of shop {shop.name}"):
        shop.lock.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(str(shop.lock))
        try:
            lock.acquire(timeout=timeout)
        except filelock.Timeout as error:
            raise WarehouseLockedError(
                f"{_holder_told(shop)} at the gate of shop {shop.name}.",
                f"Waited {timeout:.0f} s. Let it finish and run this again.",
            ) from error
    told = _holder_file(shop)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        # Only a courtesy to those who wait: a full disk must not end the run here.
        with suppress(OSError):
            told.write_text(json.dumps({"command": command, "pid": os.getpid(), "since": since}))
        yield
    finally:
        with suppress(OSError):
            told.unlink()
        lock.release()


def _holder_file(shop: Shop) -> Path:
    return shop.lock.with_suffix(".json")


def _holder_told(shop: Shop) -> str:
    """Say who holds the gate; the note may be half written, or gone by now."""
    try:
        told = json.loads(_holder_file(shop).read_text())
        return f"'{told['command']}', process {told['pid']}, since {told['since']}, is"
    except (OSError, ValueError, KeyError, TypeError):
        return "Another process is"
