"""A DuckDB file as the shop's warehouse, and waiting for whoever holds it."""

import os
import re
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from onemart.disk import explain_disk, first_line
from onemart.errors import OnemartError, WarehouseLockedError
from onemart.project import Shop
from onemart.warehouse.base import Warehouse
from onemart.warehouse.duckdb_dialect import DuckdbDialect, name

__all__ = ["DuckdbWarehouse", "open_duckdb"]

MEMORY_LIMIT = "3GiB"
_DAMAGED = re.compile("not a valid DuckDB database|not read enough bytes|Corrupt database")
_PID = re.compile(r"PID (\d+)")
_WITH_VALUE = re.compile(r"(Conversion Error|Invalid Input Error|Out of Range Error):[^\n]*")


class DuckdbWarehouse(Warehouse):
    """One connection to the DuckDB file of a shop.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Open, and closed by whoever opened it.
    path : pathlib.Path
        The file, for a second connection in this process.
    """

    dialect = DuckdbDialect()
    reads_parquet = True
    refusals = (duckdb.Error,)

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.connection = connection
        self.path = path

    def _execute(
        self, sql: str, parameters: Sequence[Any] | None = None
    ) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(sql, parameters)

    def label(self, **labels: str) -> None:
        """Do nothing: nobody bills a file."""

    def run(self, sql: str, parameters: Sequence[Any] | None = None) -> None:
        """Run a statement for its effect."""
        self._execute(sql, parameters)

    def dicts(self, sql: str, parameters: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """Return all rows of a query that gives few, as dictionaries."""
        cursor = self._execute(sql, parameters)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def rows(self, sql: str, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query that gives few."""
        return self._execute(sql, parameters).fetchall()

    def head(self, sql: str, most: int) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns of somebody's query, and at most so many of its rows."""
        cursor = self._execute(sql)
        return [column[0] for column in cursor.description or []], cursor.fetchmany(most)

    def place(self, schema: str) -> str:
        """Say to a person where a schema is."""
        return f"{self.path.name}, schema {schema}"

    def create_schema(self, schema: str) -> None:
        """Create a schema where it is missing."""
        self.run(f"create schema if not exists {schema}")

    def tables(self, schema: str) -> dict[str, str]:
        """Return the tables and views of a schema."""
        kinds = {"VIEW": "view", "BASE TABLE": "table"}
        found = self.rows(
            "select table_name, table_type from information_schema.tables"
            " where table_schema = ? order by table_name",
            [schema],
        )
        return {table: kinds[kind] for table, kind in found}

    def columns(self, schema: str, table: str) -> dict[str, str]:
        """Return the columns of a table with their types."""
        return dict(
            self.rows(
                "select column_name, lower(data_type) from duckdb_columns()"
                " where schema_name = ? and table_name = ? order by column_index",
                [schema, table],
            )
        )

    def create_table(
        self,
        schema: str,
        table: str,
        columns: Mapping[str, str],
        *,
        day: str | None = None,  # noqa: ARG002  (DuckDB does not partition)
        cluster: Sequence[str] = (),  # noqa: ARG002
    ) -> None:
        """Create a table where it is missing."""
        spelled = ", ".join(
            f"{name(column)} {kind.replace('money', self.dialect.type('money'))}"
            for column, kind in columns.items()
        )
        self.run(f"create table if not exists {self.table(schema, table)} ({spelled})")

    def change_type(self, schema: str, table: str, column: str, kind: str) -> None:
        """Widen the type of a column."""
        self.run(
            f"alter table {self.table(schema, table)} alter {name(column)} set data type"
            f" {self.dialect.type(kind)}"
        )

    def load(
        self, schema: str, table: str, batches: Iterator[pa.RecordBatch], columns: pa.Schema
    ) -> int:
        """Create a table from Arrow's batches, in one transaction."""
        target = self.table(schema, table)
        given = 0
        with self.publication():
            self.connection.register("arriving_batch", columns.empty_table())
            self.run(f"create table {target} as select * from arriving_batch")
            for batch in batches:
                self.connection.register("arriving_batch", batch)
                self.run(f"insert into {target} select * from arriving_batch")
                given += batch.num_rows
            self.connection.unregister("arriving_batch")
        loaded = int(self.value(f"select count(*) from {target}"))
        if loaded != given:
            raise OnemartError(
                f"{schema}.{table}: {given} rows given, {loaded} loaded.",
                "The gate lost count; nothing was published. Please report this with the file.",
            )
        return loaded

    def append(self, into: str, columns: Sequence[str], query: str) -> int:
        """Insert the rows of a query and return how many."""
        named = ", ".join(map(name, columns))
        return int(self.value(f"insert into {into} ({named}) {query}"))

    @contextmanager
    def publication(self) -> Iterator[None]:
        """Commit what the block does, or nothing of it."""
        self.run("begin transaction")
        try:
            yield
        except BaseException:
            self._rollback()
            raise
        self.run("commit")

    def _rollback(self) -> None:
        try:
            self.connection.execute("rollback")
        except duckdb.Error:
            # A fatal error (a full disk) has already taken the transaction with it.
            return

    def insert(
        self,
        into: str,
        columns: Sequence[str],
        query: str,
        *,
        instead_of: str | None,  # noqa: ARG002  (a rolled back transaction leaves nothing)
        expected: int | None = None,
    ) -> None:
        """Insert the rows of a query."""
        written = self.append(into, columns, query)
        if expected is not None and written != expected:
            raise OnemartError(
                f"{into}: {written} rows written, {expected} counted.",
                "Nothing was published. Please report this with the contract.",
            )

    def expect(self, query: str, expected: int, otherwise: str) -> None:
        """Break the publication off with a message unless the query's number is as expected."""
        if self.value(query) != expected:
            raise OnemartError(otherwise)

    def without_values(self, message: str) -> str:
        """Return the first line, without what DuckDB quotes of a value that does not fit."""
        told = _WITH_VALUE.sub(r"\1: a value does not fit (not shown, it may be personal)", message)
        return super().without_values(told)


def _process_name(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except (OSError, UnicodeDecodeError):
        command = ""
    return f"process {pid}" + (f" ({command[:80]})" if command else "")


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
def open_duckdb(shop: Shop, *, read_only: bool, timeout: float) -> Iterator[DuckdbWarehouse]:
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
            yield DuckdbWarehouse(connection, shop.warehouse)
        finally:
            connection.close()
