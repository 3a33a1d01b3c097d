"""Parquet deliveries as records in text, for a warehouse that does not read the file in place.

DuckDB, in memory, gives each value in the lexical form of the contract's type where it has one; so
from here on the file is like any other, and the same values are out of form as in place.
"""

from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa

from onemart.feeds.contract import Column
from onemart.feeds.parquet_in_place import (
    SAME_KINDS,
    parquet_header,
    parquet_record,
    read_parquet,
    read_through,
    unreadable_by_columns,
)
from onemart.feeds.records import Records
from onemart.warehouse.duckdb_dialect import name

__all__ = ["ParquetRecords"]

_ROWS_IN_A_BATCH = 50_000


class ParquetRecords(Records):
    """Reads one Parquet file.

    A row's number is its line, and its record is the row as a JSON object.
    """

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the order of the file.

        Raises
        ------
        Unreadable
            If the file lacks a column or is damaged.
        """
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            try:
                yield from self._read(connection)
            except duckdb.Error as error:
                # DuckDB has no error of its own for a damaged page, so Arrow says whether it is so.
                read_through(self.path)
                if isinstance(error, duckdb.BinderException):
                    raise unreadable_by_columns(self.path.name, error) from error
                raise

    def _read(self, connection: duckdb.DuckDBPyConnection) -> Iterator[pa.RecordBatch]:
        source = read_parquet(self.path)
        described = connection.execute(f"describe select * from {source}").fetchall()
        found = {column: str(kind).lower() for column, kind, *_ in described}
        header, self.notes = parquet_header(self.path.name, self.contract, found)
        self.header = list(header.values())
        texts = ", ".join(
            f"{_text(column, header[column.name], found)} as {name(column.name)}"
            for column in self.contract.columns
        )
        rows = connection.sql(
            f"select file_row_number + 1 as _line, {parquet_record(self.contract)} as _record,"
            f" cast(null as varchar) as _defect, {texts} from {source}"
        )
        batches: Any = rows.to_arrow_reader(_ROWS_IN_A_BATCH)
        for batch in batches:
            self.lines_read += batch.num_rows
            self.records_read += batch.num_rows
            yield from pa.Table.from_batches([batch]).cast(self.schema).to_batches()


def _text(column: Column, header: str, found: dict[str, str]) -> str:
    """Return the value as text, in the form that the contract's type has in a text file."""
    kind, value = found[header], name(header)
    if column.type.with_zone and kind == "timestamp with time zone":
        return f"cast({value} at time zone 'UTC' as varchar) || 'Z'"
    if kind in SAME_KINDS.get(column.type.kind, ()):
        value = f"cast({value} as {column.type.kind})"
    return f"cast({value} as varchar)"
