"""Parquet read where it lies, by a warehouse whose SQL can: DuckDB.

A file in the contract's own types is as good as a table, so nothing of it is copied.
"""

from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from onemart.errors import OnemartError
from onemart.feeds.contract import Column, Contract
from onemart.feeds.delivery import Delivery, Staged
from onemart.feeds.look import Look, Unreadable, damaged_parquet
from onemart.feeds.records import extra_column
from onemart.feeds.typed_lines import BAD_COLUMNS, LONGEST_SHOWN, create_lines, out_of_form
from onemart.warehouse.base import Warehouse
from onemart.warehouse.duckdb_dialect import DuckdbDialect, literal, name

__all__ = [
    "SAME_KINDS",
    "link_beside",
    "parquet_header",
    "parquet_record",
    "parquet_records_sql",
    "read_parquet",
    "read_through",
    "stage_parquet",
    "unreadable_by_columns",
]

_DUCKDB = DuckdbDialect()
SAME_KINDS = {
    "bigint": {"tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"},
    "double": {"float"},
    "timestamp": {"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp_us"},
}


def stage_parquet(warehouse: Warehouse, delivery: Delivery, look: Look) -> Staged:
    """Type the file's rows in place.

    Raises
    ------
    Unreadable
        If the file as a whole cannot be read by the contract.
    OnemartError
        If there are not as many rows as the file says.
    """
    contract = delivery.contract
    source = read_parquet(delivery.path)
    try:
        found = {
            column: kind.lower()
            for column, kind, *_ in warehouse.rows(f"describe select * from {source}")
        }
        header, notes = parquet_header(delivery.file_name, contract, found)
        typed = {
            column.name: _type_parquet(column, header[column.name], found)
            for column in contract.columns
        }
        create_lines(warehouse, delivery, source, typed, line="file_row_number + 1", defect="")
        columns = ", ".join(map(name, typed))
        lines = delivery.lines(warehouse)
        # Every value is read once here, so that a damaged page shows now and not while publishing.
        bad, _ = warehouse.rows(
            f"select count(*) filter (where not _is_readable), max(hash({columns})) from {lines}"
        )[0]
        if bad:
            defects = {
                column: (f"cast({name(header[column])} as varchar)", defective)
                for column, (_, defective) in typed.items()
            }
            _explain(warehouse, delivery, source, defects)
    except duckdb.Error as error:
        # DuckDB has no error of its own for a damaged page, so Arrow says whether it is the file.
        read_through(delivery.path)
        if isinstance(error, duckdb.BinderException):
            raise unreadable_by_columns(delivery.file_name, error) from error
        raise
    records = warehouse.value(f"select count(*) from {lines}")
    if records != look.rows:
        raise OnemartError(
            f"{delivery.file_name}: {look.rows} rows in the file, {records} loaded.",
            "The gate lost count; nothing was published. Please report this with the file.",
        )
    return Staged(list(header.values()), records, tuple(notes))


def _explain(
    warehouse: Warehouse, delivery: Delivery, source: str, defects: dict[str, tuple[str, str]]
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
            warehouse.append(
                delivery.bad(warehouse),
                list(BAD_COLUMNS),
                f"""
                with fields as materialized (
                    select file_row_number + 1 as _line, {text} as _text,
                        {defective} as _is_defective
                    from {source}
                    where file_row_number + 1 in (
                        select _line from {delivery.lines(warehouse)} where not _is_readable
                    )
                )
                select
                    _line,
                    {literal(out_of_form(column.name, column.type.form))},
                    left(_text, {LONGEST_SHOWN})
                from fields
                where _is_defective
                """,
            )


def read_through(path: Path) -> None:
    """Raise `Unreadable` if the file is damaged."""
    with path.open("rb") as content:
        try:
            for _ in pq.ParquetFile(content).iter_batches():
                pass
        except (pa.ArrowException, OSError) as error:
            raise damaged_parquet(path, error) from error


def unreadable_by_columns(file_name: str, error: duckdb.BinderException) -> Unreadable:
    """Return what to raise for a whole file whose columns cannot be told apart."""
    return Unreadable(
        "unreadable_parquet",
        f"{file_name} cannot be read by its columns ({str(error).splitlines()[0]})."
        " Ask for the agreed columns only.",
    )


def read_parquet(file: Path) -> str:
    """Return the table function that reads the file, whatever its name looks like."""
    path = file
    try:
        str(path).encode()
    except UnicodeEncodeError:
        # DuckDB takes no name that is not UTF-8.
        path = link_beside(file)
        with suppress(FileExistsError):
            path.symlink_to(file)
    return (
        f"read_parquet({literal(_no_glob(path))}, file_row_number = true,"
        " hive_partitioning = false)"
    )


def link_beside(path: Path) -> Path:
    """Return where a file at the gate is linked under a name that is UTF-8, if its own is not."""
    return path.parent.with_suffix(".parquet")


def parquet_header(
    file_name: str, contract: Contract, found: dict[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Return the contract's columns as the file names them, and notes on others.

    Raises
    ------
    Unreadable
        If one is missing.
    """
    by_lower = {column.lower(): column for column in found if column != "file_row_number"}
    wanted = {column.name.lower(): column.name for column in contract.columns}
    missing = [column for key, column in wanted.items() if key not in by_lower]
    if missing:
        unknown = [column for key, column in by_lower.items() if key not in wanted]
        renamed = f" It has {', '.join(map(repr, unknown))} instead: renamed?" if unknown else ""
        raise Unreadable(
            "missing_column",
            f"{file_name}: the file lacks {', '.join(map(repr, missing))}.{renamed}"
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
    elif kind == column.type.kind or kind in SAME_KINDS.get(column.type.kind, ()):
        value = f"cast({value} as {column.type.kind})"
        return value, _beyond_forms(value, column.type.kind)
    text = f"cast({value} as varchar)"
    return column.type.cast(text, _DUCKDB), column.type.is_defective(text, _DUCKDB)


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


def parquet_record(contract: Contract) -> str:
    """Return the expression for a row's record: it has no bytes of its own, so it is JSON."""
    # Under the contract's names, whatever their case in the file: a replay looks for those.
    fields = ", ".join(
        f"{literal(column.name)}: {name(column.name)}" for column in contract.columns
    )
    return f"encode(cast(to_json({{{fields}}}) as varchar))"


def parquet_records_sql(contract: Contract, path: Path) -> str:
    """Return the query for `_line` and `_record`."""
    return (
        f"select file_row_number + 1 as _line, {parquet_record(contract)} as _record"
        f" from {read_parquet(path)}"
    )


def _no_glob(path: object) -> str:
    """Spell a path so that the reader takes none of its characters for a pattern."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))
