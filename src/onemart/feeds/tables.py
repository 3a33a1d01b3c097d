"""The tables of a feed: raw, quarantine, and the view of what counts now.

A contract grows by two steps only: a new column, null in older rows, and a wider type. Anything
else would change what older rows said, and is refused.
"""

from onemart.errors import ContractError
from onemart.feeds.column_types import ColumnType, column_type
from onemart.feeds.contract import Contract
from onemart.feeds.sql import literal, name
from onemart.feeds.warehouse import Warehouse
from onemart.feeds.yaml_lines import YamlFile, YamlPath

__all__ = [
    "META_COLUMNS",
    "current_name",
    "prepare_feed",
    "quarantine_name",
    "raw_columns",
    "raw_name",
]

META_COLUMNS = {
    "_delivery_id": "varchar",
    "_line": "bigint",
    "_row_hash": "ubigint",
    "_loaded_at": "timestamp",
    "_contract_version": "varchar",
}


def raw_name(contract: Contract) -> str:
    """Return the name of the table with every accepted version."""
    return f"raw.{name(contract.table)}"


def current_name(contract: Contract) -> str:
    """Return the name of the view with the rows that count now."""
    return f"raw.{name(contract.table + '__current')}"


def quarantine_name(contract: Contract) -> str:
    """Return the name of the feed's quarantine."""
    return f"quarantine.{name(contract.table)}"


def raw_columns(contract: Contract) -> dict[str, str]:
    """Return name and SQL type of the columns that come from the file, hashes of PII included."""
    columns = {}
    for column in contract.columns:
        columns[column.name] = column.type.sql
        if column.hashed:
            columns[f"{column.name}_hmac"] = "varchar"
    return columns


def prepare_feed(warehouse: Warehouse, contract: Contract) -> None:
    """Create the feed's tables, or let them grow as the contract grew.

    Raises
    ------
    ContractError
        If the contract changed in a way that is neither a new column nor a wider type.
    """
    columns = {**raw_columns(contract), **META_COLUMNS}
    spelled = ", ".join(f"{name(column)} {kind}" for column, kind in columns.items())
    warehouse.run(f"create table if not exists {raw_name(contract)} ({spelled})")
    warehouse.run(
        f"""
        create table if not exists {quarantine_name(contract)} (
            delivery_id varchar not null,
            line bigint not null,
            file_name varchar not null,
            record blob not null,
            repaired_record blob,
            reasons varchar[] not null,
            control_amount decimal(38, 6),
            state varchar not null,
            quarantined_at timestamp not null,
            decided_at timestamp,
            decision varchar,
            contract_version varchar not null
        )
        """
    )
    _grow(warehouse, contract, columns)
    warehouse.run(
        f"create or replace view {current_name(contract)} as {_current_rows(contract, columns)}"
    )


def _grow(warehouse: Warehouse, contract: Contract, columns: dict[str, str]) -> None:
    there = dict(
        warehouse.rows(
            "select column_name, lower(data_type) from duckdb_columns()"
            " where schema_name = 'raw' and table_name = ?",
            [contract.table],
        )
    )
    # All is checked before anything grows: a refused contract leaves the table as it was.
    known = {column.lower(): column for column in columns}
    for column, kind in there.items():
        _check_growth(contract, column, kind, known, columns)
    for column, kind in columns.items():
        if column not in there:
            warehouse.run(f"alter table {raw_name(contract)} add column {name(column)} {kind}")
        elif there[column] != kind:
            warehouse.run(f"drop view if exists {current_name(contract)}")
            warehouse.run(
                f"alter table {raw_name(contract)} alter {name(column)} set data type {kind}"
            )


def _check_growth(
    contract: Contract, column: str, kind: str, known: dict[str, str], columns: dict[str, str]
) -> None:
    now_named = known.get(column.lower())
    if now_named is None:
        what = f"column {column!r} is in the raw table and no longer here."
        todo = (
            "Older rows have it: keep it in the contract, not required, and say it is deprecated."
        )
    elif now_named != column:
        what = f"column {column!r} of the raw table is named {now_named!r} here."
        todo = "Headers are read in any case; keep the name as it was."
    elif columns[column] != kind and not _type_of(columns[column]).widens(_type_of(kind)):
        what = f"column {column!r} is {kind} in the raw table and {columns[column]} here."
        todo = "A type may only widen. Keep it, or deliver the new one as a column of its own."
    else:
        return
    # Only for an error, because the contract is read again to find its line.
    raise ContractError(f"{_place(contract, now_named)}: {what}", todo)


def _place(contract: Contract, column: str | None) -> str:
    """Return the contract's file and the line of the column, else of the list of columns."""
    where: YamlPath = ("schema", 0, "properties")
    for index, known in enumerate(contract.columns):
        if known.name == column:
            where = (*where, index)
    return contract.where(YamlFile(contract.path).line(where))


def _type_of(sql: str) -> ColumnType:
    names = {
        "varchar": "string",
        "bigint": "integer",
        "ubigint": "integer",
        "boolean": "boolean",
        "date": "date",
        "timestamp": "timestamp",
    }
    return column_type(names.get(sql, "number"), sql)


def _current_rows(contract: Contract, columns: dict[str, str]) -> str:
    """Select the rows that count, by how the contract relates deliveries."""
    told = contract.deliveries
    selected = ", ".join(f"rows.{name(column)}" for column in columns)
    rows = f"select {selected} from {raw_name(contract)} as rows"
    feed = f"source = {literal(contract.source)} and feed = {literal(contract.feed)}"
    if told.relation == "append":
        return rows
    if told.relation == "upsert":
        return (
            f"{rows} left join (select delivery_id, line from ops.superseded_lines where {feed})"
            " as superseded on rows._delivery_id = superseded.delivery_id"
            " and rows._line = superseded.line where superseded.line is null"
        )
    period = ""
    if told.relation == "replacePeriod" and not told.period_group:
        # Casting the few periods, not the many rows, keeps the join cheap.
        column = str(told.period_column)
        kind = columns[column]
        period = f" and rows.{name(column)} = cast(periods.period as {kind})"
    return (
        f"{rows} inner join (select delivery_id, period from ops.current_periods where {feed})"
        f" as periods on rows._delivery_id = periods.delivery_id{period}"
    )
