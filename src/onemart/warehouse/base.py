"""What Onemart asks of a warehouse, whichever it is.

The gate's SQL is written once, in what DuckDB and GoogleSQL share; a `Dialect` spells the rest.
What is no SQL at all (loading a file, listing tables, committing) is a verb of `Warehouse`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pyarrow as pa

__all__ = ["Dialect", "Warehouse"]


class Dialect(ABC):
    """How one warehouse spells what SQL leaves open.

    Types are named as DuckDB names them (`varchar`, `bigint`, `double`, `boolean`, `date`,
    `timestamp`, `decimal(12,2)`, `blob`, `varchar[]`): that is the spelling of the contracts.
    """

    @abstractmethod
    def name(self, identifier: str) -> str:
        """Return `identifier` as a quoted name."""

    @abstractmethod
    def literal(self, value: Any) -> str:
        """Return None, a boolean, number, text, bytes, date, timestamp or list of texts."""

    @abstractmethod
    def table(self, schema: str, table: str) -> str:
        """Return the full, quoted name of a table of the shop."""

    @abstractmethod
    def type(self, kind: str) -> str:
        """Return the warehouse's name of a type."""

    @abstractmethod
    def try_cast(self, text: str, kind: str, *, with_zone: bool = False) -> str:
        """Cast a text expression, giving null where it cannot; with a zone, turn it into UTC."""

    @abstractmethod
    def matches(self, text: str, pattern: str, *, whole: bool = False) -> str:
        """Tell whether an RE2 pattern occurs in the text, or is the whole text."""

    @abstractmethod
    def is_finite(self, value: str) -> str:
        """Tell whether a double is neither NaN nor infinite."""

    @abstractmethod
    def row_hash(self, columns: Sequence[str]) -> str:
        """Return a whole number of 64 bits; equal rows have equal hashes, missing values count."""

    @abstractmethod
    def hmac(self, text: str, key: bytes) -> str:
        """Return the HMAC-SHA256 of the trimmed, lowercase text, 64 hexadecimal digits."""


class Warehouse(ABC):
    """A shop's warehouse, open."""

    dialect: Dialect

    @abstractmethod
    def run(self, sql: str, parameters: Sequence[Any] | None = None) -> None:
        """Run a statement for its effect; `?` stands for a parameter."""

    @abstractmethod
    def dicts(self, sql: str, parameters: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """Return all rows of a query that gives few, as dictionaries."""

    def rows(self, sql: str, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a query that gives few; its columns have names, each its own."""
        return [tuple(row.values()) for row in self.dicts(sql, parameters)]

    def value(self, sql: str, parameters: Sequence[Any] | None = None) -> Any:
        """Return the single value of a query."""
        return self.rows(sql, parameters)[0][0]

    def table(self, schema: str, table: str) -> str:
        """Return the full, quoted name of a table of the shop."""
        return self.dialect.table(schema, table)

    @abstractmethod
    def create_schema(self, schema: str) -> None:
        """Create a schema of the shop where it is missing."""

    @abstractmethod
    def tables(self, schema: str) -> dict[str, str]:
        """Return the tables of a schema: by name, `table` or `view`."""

    @abstractmethod
    def columns(self, schema: str, table: str) -> dict[str, str]:
        """Return the columns of a table by name, with their types as this warehouse names them."""

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
            Types by name, each with ` not null` behind it where that holds.
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
    ) -> None:
        """Create a table and fill it; it has all rows or does not exist.

        Raises
        ------
        OnemartError
            If the table does not hold as many rows as were given.
        """

    @abstractmethod
    def publication(self) -> AbstractContextManager[None]:
        """Let the statements that are run in this block count together, or none of them.

        They are `INSERT` and `MERGE`, and each may be repeated. A warehouse can hold them back to
        the end of the block, so a query in the block need not see what they write.
        """

    @abstractmethod
    def insert(
        self, schema: str, table: str, columns: Sequence[str], query: str, *, instead_of: str
    ) -> None:
        """Insert the rows of a query, instead of those that a broken-off attempt may have left.

        Parameters
        ----------
        instead_of : str
            The condition on rows of the table that only this publication writes. A warehouse with
            transactions has none of them, and need not look.
        """

    @abstractmethod
    def expect(self, query: str, expected: int, otherwise: str) -> None:
        """Break the publication off with a message unless the query's one number is as expected."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the warehouse."""
