"""Write: a delivery into its own committed tables in `landing`, each line with its number."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from onemart.errors import OnemartError
from onemart.feeds.contract import Column
from onemart.feeds.delivery import Delivery
from onemart.feeds.look import Look, Unreadable, damaged_parquet
from onemart.feeds.records import TextRecords, extra_column
from onemart.feeds.sql import literal, name
from onemart.feeds.warehouse import Warehouse

__all__ = [
    "Staged",
    "drop_staged",
    "link_beside",
    "records_sql",
    "stage",
    "stage_text_table",
    "type_lines",
]

_LONGEST_SHOWN = 60
_NO_TEXT_NEEDED = {
    "bigint": {"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"},
    "double": {"float"},
    "timestamp": {"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp_us"},
}


@dataclass(frozen=True)
class Staged:
    """A delivery in `landing`.

    Attributes
    ----------
    header : list of str
        The file's columns, in its order.
    records : int
        Records in the file.
    notes : tuple of str
        What is unusual, but no reason to refuse the file.
    """

    header: list[str]
    records: int
    notes: tuple[str, ...]


def stage(warehouse: Warehouse, delivery: Delivery, look: Look) -> Staged:
    """Load the file as text, then type the lines whose every field has its lexical form.

    Raises
    ------
    Unreadable
        If the file as a whole cannot be read by the contract.
    OnemartError
        If what was loaded is not what the bytes hold.
    """
    if delivery.contract.format == "parquet":
        return _stage_parquet(warehouse, delivery, look)
    reader = TextRecords(delivery.path, delivery.contract)
    batches = reader.batches()
    first = next(batches, None)
    with warehouse.transaction():
        stage_text_table(warehouse, delivery, _chain(first, batches))
    loaded = warehouse.value(f"select count(*) from {delivery.text}")
    if loaded != reader.records_read or reader.lines_read != look.lines:
        raise OnemartError(
            f"{delivery.file_name}: {look.lines} lines in the file, {reader.lines_read} read;"
            f" {reader.records_read} records read, {loaded} loaded.",
            "The gate lost count; nothing was published. Please report this with the file.",
        )
    type_lines(warehouse, delivery)
    return Staged(reader.header, loaded, (*look.notes, *reader.notes))


def _chain(
    first: pa.RecordBatch | None, rest: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    if first is not None:
        yield first
        yield from rest


def stage_text_table(
    warehouse: Warehouse, delivery: Delivery, batches: Iterator[pa.RecordBatch]
) -> None:
    """Fill the text table of the delivery."""
    columns = ", ".join(f"{name(column.name)} varchar" for column in delivery.contract.columns)
    warehouse.run(
        f"create table {delivery.text} (_line bigint, _record blob, _defect varchar, {columns})"
    )
    for batch in batches:
        warehouse.connection.register("arriving_batch", batch)
        warehouse.run(f"insert into {delivery.text} select * from arriving_batch")
        warehouse.connection.unregister("arriving_batch")


def type_lines(warehouse: Warehouse, delivery: Delivery) -> None:
    """Cast the text table's lines; those with a field out of form are bad lines."""
    contract = delivery.contract
    typed = {
        column.name: (
            column.type.cast(name(column.name)),
            column.type.is_defective(name(column.name)),
        )
        for column in contract.columns
    }
    _create_lines(warehouse, delivery, delivery.text, typed, line="_line", defect="_defect")
    if warehouse.value(f"select count(*) from {delivery.lines} where not _is_readable"):
        warehouse.run(
            f"insert into {delivery.bad}"
            f" select _line, _defect, null from {delivery.text} where _defect is not null"
        )
        defects = {column: (name(column), defective) for column, (_, defective) in typed.items()}
        source = f"(select * from {delivery.text} where _defect is null)"
        _explain(warehouse, delivery, source, "_line", defects)


def _create_lines(
    warehouse: Warehouse,
    delivery: Delivery,
    source: str,
    typed: dict[str, tuple[str, str]],
    *,
    line: str,
    defect: str,
) -> None:
    """Type the lines of `source`, which are all readable where nothing has to be checked.

    Then they are read in place: a Parquet file in the contract's own types is as good as a table,
    and stays as it is while it is at the gate.
    """
    checks = [f"not {defective}" for _, defective in typed.values() if defective != "false"]
    if defect:
        checks.append(f"{defect} is null")
    readable = " and ".join(checks) or "true"
    values = ", ".join(
        f"{cast} as {name(column)}"
        if defective == "false"
        else f"case when {defective} then null else {cast} end as {name(column)}"
        for column, (cast, defective) in typed.items()
    )
    columns = ", ".join(name(column) for column in typed)
    control = delivery.contract.deliveries.control_total or "0"
    with warehouse.transaction():
        warehouse.run(
            f"""
            create {"table" if checks else "view"} {delivery.lines} as
            select
                _line,
                _is_readable,
                {columns},
                {f"cast({control} as decimal(38, 6))" if control != "0" else "null"} as _control
            from (select {line} as _line, {readable} as _is_readable, {values} from {source})
            """
        )
        warehouse.run(
            f"create view {delivery.readable} as"
            f" select _line, {columns} from {delivery.lines} where _is_readable"
        )
        warehouse.run(f"create table {delivery.bad} (_line bigint, reason varchar, shown varchar)")


def _explain(
    warehouse: Warehouse,
    delivery: Delivery,
    source: str,
    line: str,
    defects: dict[str, tuple[str, str]],
) -> None:
    """Write down, for each field without its lexical form, what it is and what it should be.

    Parameters
    ----------
    defects : dict
        By column: the field as text, and the predicate that it lacks its form.
    """
    for column in delivery.contract.columns:
        text, defective = defects[column.name]
        if defective != "false":
            # Materialised, because DuckDB 2.0 finds no NaN by a filter that reaches into Parquet:
            # it believes the file's statistics, which leave NaN out.
            warehouse.run(
                f"""
                insert into {delivery.bad}
                with fields as materialized (
                    select {line} as _line, {text} as _text, {defective} as _is_defective
                    from {source}
                    where {line} in (select _line from {delivery.lines} where not _is_readable)
                )
                select
                    _line,
                    {literal(f"column {column.name} is not {column.type.form}")},
                    left(_text, {_LONGEST_SHOWN})
                from fields
                where _is_defective
                """
            )


def _stage_parquet(warehouse: Warehouse, delivery: Delivery, look: Look) -> Staged:
    contract = delivery.contract
    source = _read_parquet(delivery)
    try:
        found = {
            column: kind.lower()
            for column, kind, *_ in warehouse.rows(f"describe select * from {source}")
        }
        header, notes = _parquet_header(delivery, found)
        typed = {
            column.name: _type_parquet(column, header[column.name], found)
            for column in contract.columns
        }
        _create_lines(warehouse, delivery, source, typed, line="file_row_number + 1", defect="")
        columns = ", ".join(name(column) for column in typed)
        # Every value is read once here, so that a damaged page shows now and not while publishing.
        bad, _ = warehouse.rows(
            f"select count(*) filter (where not _is_readable), max(hash({columns}))"
            f" from {delivery.lines}"
        )[0]
        if bad:
            defects = {
                column: (f"cast({name(header[column])} as varchar)", defective)
                for column, (_, defective) in typed.items()
            }
            _explain(warehouse, delivery, source, "file_row_number + 1", defects)
    except duckdb.Error as error:
        # DuckDB has no error of its own for a damaged page, so Arrow says whether it is the file.
        _read_through(delivery.path)
        if isinstance(error, duckdb.BinderException):
            raise Unreadable(
                "unreadable_parquet",
                f"{delivery.file_name} cannot be read by its columns"
                f" ({str(error).splitlines()[0]}). Ask for the agreed columns only.",
            ) from error
        raise
    records = warehouse.value(f"select count(*) from {delivery.lines}")
    if records != look.rows:
        raise OnemartError(
            f"{delivery.file_name}: {look.rows} rows in the file, {records} loaded.",
            "The gate lost count; nothing was published. Please report this with the file.",
        )
    return Staged(list(header.values()), records, tuple(notes))


def _read_through(path: Path) -> None:
    with path.open("rb") as content:
        try:
            for _ in pq.ParquetFile(content).iter_batches():
                pass
        except (pa.ArrowException, OSError) as error:
            raise damaged_parquet(path, error) from error


def _read_parquet(delivery: Delivery) -> str:
    """Return the table function that reads the file, whatever its name looks like."""
    path = delivery.path
    try:
        str(path).encode()
    except UnicodeEncodeError:
        # DuckDB takes no name that is not UTF-8.
        path = link_beside(delivery.path)
        with suppress(FileExistsError):
            path.symlink_to(delivery.path)
    return (
        f"read_parquet({literal(_no_glob(path))}, file_row_number = true,"
        " hive_partitioning = false)"
    )


def link_beside(path: Path) -> Path:
    """Return where a file at the gate is linked under a name that is UTF-8, if its own is not."""
    return path.parent.with_suffix(".parquet")


def _parquet_header(delivery: Delivery, found: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    by_lower = {column.lower(): column for column in found if column != "file_row_number"}
    wanted = {column.name.lower(): column.name for column in delivery.contract.columns}
    missing = [column for key, column in wanted.items() if key not in by_lower]
    if missing:
        unknown = [column for key, column in by_lower.items() if key not in wanted]
        renamed = f" It has {', '.join(map(repr, unknown))} instead: renamed?" if unknown else ""
        raise Unreadable(
            "missing_column",
            f"{delivery.file_name}: the file lacks {', '.join(map(repr, missing))}.{renamed}"
            " Ask for the agreed columns, or change the contract and raise its version.",
        )
    notes = [extra_column(column) for key, column in by_lower.items() if key not in wanted]
    return {column: by_lower[key] for key, column in wanted.items()}, notes


def _type_parquet(column: Column, header: str, found: dict[str, str]) -> tuple[str, str]:
    """Take a value that Parquet holds in the contract's own type as it is."""
    kind = found[header]
    value = name(header)
    if column.type.with_zone:
        if kind == "timestamp with time zone":
            value = f"({value} at time zone 'UTC')"
            return value, _beyond_forms(value, "timestamp")
    elif kind == column.type.sql or kind in _NO_TEXT_NEEDED.get(column.type.sql, ()):
        value = f"cast({value} as {column.type.sql})"
        return value, _beyond_forms(value, column.type.sql)
    text = f"cast({value} as varchar)"
    return column.type.cast(text), column.type.is_defective(text)


def _beyond_forms(value: str, kind: str) -> str:
    """Return the predicate: `value` has the type, and none of the type's lexical forms."""
    if kind == "double":
        return f"({value} is not null and not isfinite({value}))"
    if kind in {"date", "timestamp"}:
        # Years of four digits, as in text; `infinity` is beyond them, too.
        first, behind = literal("1000-01-01"), literal("10000-01-01")
        return (
            f"({value} is not null and"
            f" ({value} < cast({first} as {kind}) or {value} >= cast({behind} as {kind})))"
        )
    return "false"


def records_sql(delivery: Delivery) -> str:
    """Return the query for `_line` and `_record`, the bytes of each record as they came.

    A row of Parquet has no bytes of its own; it is given as a JSON object.
    """
    if delivery.contract.format != "parquet":
        return f"select _line, _record from {delivery.text}"
    # Under the contract's names, whatever their case in the file: a replay looks for those.
    fields = ", ".join(
        f"{literal(column.name)}: {name(column.name)}" for column in delivery.contract.columns
    )
    return (
        f"select file_row_number + 1 as _line, encode(cast(to_json({{{fields}}}) as varchar))"
        f" as _record from {_read_parquet(delivery)}"
    )


def _no_glob(path: object) -> str:
    """Spell a path so that the reader takes none of its characters for a pattern."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def drop_staged(warehouse: Warehouse, delivery: Delivery | None = None) -> None:
    """Take the delivery's tables out of `landing`; without one, all that a killed run left."""
    kinds = {"VIEW": "view", "BASE TABLE": "table"}
    pattern = f"d_{delivery.id}%" if delivery else "%"
    for table, kind in warehouse.rows(
        "select table_name, table_type from information_schema.tables"
        " where table_schema = 'landing' and table_name like ?",
        [pattern],
    ):
        warehouse.run(f"drop {kinds[kind]} landing.{name(table)}")
