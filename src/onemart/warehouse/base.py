"""What Onemart asks of a warehouse, whichever it is.

The gate's SQL is written once, in what DuckDB and GoogleSQL share; a `Dialect` spells the rest.
What is no SQL at all (loading a file, listing tables, committing) is a verb of `Warehouse`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from onemart.project import Shop

if TYPE_CHECKING:
    from onemart.feeds.bucket import Bucket

__all__ = ["LOCK_TIMEOUT_SECONDS", "Dialect", "Warehouse", "hmac_pads"]

LOCK_TIMEOUT_SECONDS = 120.0
_BLOCK = 64  # bytes, of SHA-256


def hmac_pads(key: bytes) -> tuple[str, str]:
    """Return the inner and the outer pad of HMAC-SHA256 (RFC 2104), in hexadecimal digits."""
    if len(key) > _BLOCK:
        raise ValueError(f"the key has {len(key)} bytes; at most {_BLOCK}")
    padded = key.ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in padded).hex(), bytes(byte ^ 0x5C for byte in padded).hex()


class Dialect(ABC):
    """How one warehouse spells what SQL leaves open.

    Types are named as DuckDB names them (`varchar`, `bigint`, `ubigint`, `integer`, `double`,
    `boolean`, `date`, `timestamp`, `decimal(12,2)`, `blob`, `json`, `varchar[]`): that is the
    spelling of the contracts. `money` is the widest exact decimal with six decimals.

    Attributes
    ----------
    functions : Mapping
        DuckDB's functions that have another name here, for what a contract states in SQL.
    keeps_order : bool
        Whether rows stay where they are written, so that their order decides what a scan skips.
    """

    functions: Mapping[str, str] = MappingProxyType({})
    keeps_order: bool = False

    @abstractmethod
    def name(self, identifier: str) -> str:
        """Return `identifier` as a quoted name."""

    @abstractmethod
    def literal(self, value: Any) -> str:
        """Return None, a boolean, number, text, bytes, date, timestamp or list of texts."""

    def value(self, value: Any, kind: str) -> str:
        """Return a literal of the type `kind`, whatever it is; None is a null of that type."""
        return f"cast({self.literal(value)} as {self.type(kind)})"

    @abstractmethod
    def table(self, schema: str, table: str) -> str:
        """Return the full, quoted name of a table of the shop."""

    @abstractmethod
    def type(self, kind: str) -> str:
        """Return the warehouse's name of a type."""

    @abstractmethod
    def kind(self, type_name: str) -> str:
        """Return a type as DuckDB names it, the widest that `type` gives this name."""

    @abstractmethod
    def try_cast(self, text: str, kind: str, *, with_zone: bool = False) -> str:
        """Cast a text expression, giving null where it cannot; with a zone, turn it into UTC."""

    def text(self, value: str, kind: str) -> str:  # noqa: ARG002  (a dialect may need the type)
        """Cast an expression of the type `kind` to text; a decimal keeps all its decimals."""
        return f"cast({value} as {self.type('varchar')})"

    @abstractmethod
    def matches(self, text: str, pattern: str, *, whole: bool = False) -> str:
        """Tell whether an RE2 pattern occurs in the text, or is the whole text."""

    @abstractmethod
    def replace_all(self, text: str, pattern: str, by: str) -> str:
        """Replace each match of an RE2 pattern; a backslash and a number stand for a group."""

    @abstractmethod
    def elements(self, array: str, name: str) -> str:
        """Return what a FROM clause takes the elements of a row's array from, named `name`."""

    @abstractmethod
    def is_finite(self, value: str) -> str:
        """Tell whether a double is neither NaN nor infinite."""

    @abstractmethod
    def row_hash(self, columns: Sequence[str]) -> str:
        """Return a whole number of 64 bits; equal rows have equal hashes, missing values count.

        Parameters
        ----------
        columns : sequence of str
            Names, not quoted.
        """

    @abstractmethod
    def hmac(self, text: str, key: bytes) -> str:
        """Return the HMAC-SHA256 of the trimmed, lowercase text, 64 hexadecimal digits."""


class Warehouse(ABC):
    """A shop's warehouse, open.

    Attributes
    ----------
    dialect : Dialect
        How its SQL is spelled.
    reads_parquet : bool
        Whether its SQL reads a Parquet file where it lies.
    refusals : tuple of exception types
        What a statement raises that the warehouse understands and refuses, such as a value that
        does not fit.
    """

    dialect: Dialect
    reads_parquet: bool = False
    refusals: tuple[type[Exception], ...] = ()

    @abstractmethod
    def label(self, **labels: str) -> None:
        """Say what the next statements are for (`step`, `feed`), where that is billed by label."""

    @abstractmethod
    def run(self, sql: str, parameters: Sequence[Any] | None = None) -> None:
        """Run a statement for its effect; `?` stands for a parameter."""

    @abstractmethod
    def dicts(self, sql: str, parameters: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """Return all rows of a query that gives few; timestamps are in UTC, without a zone."""

    def rows(self, sql: str, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query that gives few; its columns have names, each its own."""
        return [tuple(row.values()) for row in self.dicts(sql, parameters)]

    def value(self, sql: str, parameters: Sequence[Any] | None = None) -> Any:
        """Return the single value of a query."""
        return self.rows(sql, parameters)[0][0]

    @abstractmethod
    def head(self, sql: str, most: int) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns of somebody's query, and at most so many of its rows."""

    def table(self, schema: str, table: str) -> str:
        """Return the full, quoted name of a table of the shop."""
        return self.dialect.table(schema, table)

    def landing_bucket(self, shop: Shop) -> "Bucket | None":  # noqa: ARG002  (a folder has none)
        """Return the bucket that deliveries arrive in, if it is none of the shop's folders."""
        return None

    @abstractmethod
    def place(self, schema: str) -> str:
        """Say to a person where a schema is."""

    @abstractmethod
    def create_schema(self, schema: str) -> None:
        """Create a schema of the shop where it is missing."""

    @abstractmethod
    def tables(self, schema: str) -> dict[str, str]:
        """Return the tables of a schema: by name, `table` or `view`."""

    @abstractmethod
    def columns(self, schema: str, table: str) -> dict[str, str]:
        """Return the columns of a table by name, with their types as `Dialect.type` names them."""

    @abstractmethod
    def create_table(
        self,
        schema: str,
        table: str,
        columns: Mapping[str, str],
        *,
        day: str | None = None,
        cluster: Sequence[str] = (),
    ) -> None:
        """Create a table where it is missing.

        Parameters
        ----------
        columns : Mapping
            Types by name, each with ` not null` behind it where that holds, and ` primary key` for
            a warehouse that enforces one.
        day : str, optional
            The date or timestamp by whose day a warehouse that partitions does so.
        cluster : sequence of str
            The columns that rows are kept together by, where a warehouse clusters.
        """

    @abstractmethod
    def change_type(self, schema: str, table: str, column: str, kind: str) -> None:
        """Widen the type of a column."""

    @abstractmethod
    def load(
        self, schema: str, table: str, batches: Iterator[pa.RecordBatch], columns: pa.Schema
    ) -> int:
        """Create a table, fill it and return its rows; it has all of them or does not exist.

        Raises
        ------
        OnemartError
            If the table does not hold as many rows as were given.
        """

    @abstractmethod
    def append(self, into: str, columns: Sequence[str], query: str) -> int:
        """Insert the rows of a query at once, and return how many; for tables of `landing`."""

    @abstractmethod
    def publication(self) -> AbstractContextManager[None]:
        """Let the statements that are run in this block count together, or none of them.

        They are `INSERT` and `MERGE`, and each may be repeated. A warehouse can hold them back to
        the end of the block, so a query in the block need not see what they write.
        """

    @abstractmethod
    def insert(
        self,
        into: str,
        columns: Sequence[str],
        query: str,
        *,
        instead_of: str | None,
        expected: int | None = None,
    ) -> None:
        """Insert the rows of a query, instead of those that a broken-off attempt may have left.

        Parameters
        ----------
        into : str
            The table's full name.
        instead_of : str or None
            The condition on rows of the table that only this publication writes; None for a query
            that gives nothing where its rows are there already. A warehouse with transactions has
            none of them, and need not look.
        expected : int, optional
            How many rows there are then; another number breaks the publication off. It needs
            `instead_of`.
        """

    def insert_rows(
        self,
        into: str,
        kinds: Mapping[str, str],
        rows: Iterable[Mapping[str, Any]],
        *,
        instead_of: str,
    ) -> None:
        """Insert rows that Python holds; `kinds` names their columns and types."""
        value = self.dialect.value
        selects = [
            "select "
            + ", ".join(
                f"{value(row[column], kind)} as {self.dialect.name(column)}"
                for column, kind in kinds.items()
            )
            for row in rows
        ]
        self.insert(into, list(kinds), " union all ".join(selects), instead_of=instead_of)

    @abstractmethod
    def expect(self, query: str, expected: int, otherwise: str) -> None:
        """Break the publication off with a message unless the query's one number is as expected."""

    def without_values(self, message: str) -> str:
        """Return an error's first line without values of the data, which may be personal."""
        return (message.splitlines() or [""])[0]
