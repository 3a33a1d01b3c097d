"""Write: a delivery into its own committed tables in `landing`, each line with its number."""

from collections.abc import Iterator
from itertools import chain

import pyarrow as pa

from onemart.errors import OnemartError
from onemart.feeds.delivery import Delivery, Staged
from onemart.feeds.look import Look
from onemart.feeds.parquet_in_place import parquet_records_sql, stage_parquet
from onemart.feeds.parquet_records import ParquetRecords
from onemart.feeds.records import Records, TextRecords
from onemart.feeds.typed_lines import type_lines
from onemart.warehouse.base import Warehouse

__all__ = ["drop_staged", "records_sql", "stage"]


def stage(warehouse: Warehouse, delivery: Delivery, look: Look) -> Staged:
    """Load the file as text, then type the lines whose every field has its lexical form.

    Raises
    ------
    Unreadable
        If the file as a whole cannot be read by the contract.
    OnemartError
        If what was loaded is not what the bytes hold.
    """
    if delivery.contract.format == "parquet" and warehouse.reads_parquet:
        return stage_parquet(warehouse, delivery, look)
    reader: Records
    if delivery.contract.format == "parquet":
        reader = ParquetRecords(delivery.path, delivery.contract)
    else:
        reader = TextRecords(delivery.path, delivery.contract)
    loaded = warehouse.load(
        "landing", delivery.text_table, _looked_into(reader.batches()), reader.schema
    )
    there = look.lines + look.rows  # a file has the one or the other
    if loaded != reader.records_read or reader.lines_read != there:
        raise OnemartError(
            f"{delivery.file_name}: {there} lines in the file, {reader.lines_read} read;"
            f" {reader.records_read} records read, {loaded} loaded.",
            "The gate lost count; nothing was published. Please report this with the file.",
        )
    type_lines(warehouse, delivery)
    return Staged(reader.header, loaded, (*look.notes, *reader.notes))


def _looked_into(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Read the header and the first batch before a table is made, for they may be unreadable."""
    first = next(batches, None)
    return chain([] if first is None else [first], batches)


def records_sql(warehouse: Warehouse, delivery: Delivery) -> str:
    """Return the query for `_line` and `_record`, the bytes of each record as they came."""
    if delivery.contract.format == "parquet" and warehouse.reads_parquet:
        return parquet_records_sql(delivery.contract, delivery.path)
    return f"select _line, _record from {delivery.text(warehouse)}"


def drop_staged(warehouse: Warehouse, delivery: Delivery | None = None) -> None:
    """Take the delivery's tables out of `landing`; without one, all that a killed run left."""
    prefix = delivery.readable_table if delivery else ""
    for table, kind in warehouse.tables("landing").items():
        if table.startswith(prefix):
            warehouse.run(f"drop {kind} {warehouse.table('landing', table)}")
