"""The tables of a feed: raw, quarantine, and the view of what counts now.

A contract grows by two steps only: a new column, null in older rows, and a wider type. Anything
else would change what older rows said, and is refused.
"""

from onemart.errors import ContractError
from onemart.feeds.column_types import ColumnType, column_type
from onemart.feeds.contract import Contract
from onemart.feeds.yaml_lines import YamlFile, YamlPath
from onemart.warehouse.base import Warehouse

__all__ = [
    "META_COLUMNS",
    "QUARANTINE_COLUMNS",
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
QUARANTINE_COLUMNS = {
    "delivery_id": "varchar not null",
    "line": "bigint not null",
    "file_name": "varchar not null",
    "record": "blob not null",
    "repaired_record": "blob",
    "reasons": "varchar[] not null",
    "control_amount": "money",
    "state": "varchar not null",
    "quarantined_at": "timestamp not null",
    "decided_at": "timestamp",
    "decision": "varchar",
    "contract_version": "varchar not null",
    "decided_by": "varchar",
}
_MOST_CLUSTERED = 4
"""Columns that BigQuery clusters a table by, at most."""


def raw_name(warehouse: Warehouse, contract: Contract) -> str:
    """Return the name of the table with every accepted version."""
    return warehouse.table("raw", contract.table)


def current_name(warehouse: Warehouse, contract: Contract) -> str:
    """Return the name of the view with the rows that count now."""
    return warehouse.table("raw", f"{contract.table}__current")


def quarantine_name(warehouse: Warehouse, contract: Contract) -> str:
    """Return the name of the feed's quarantine."""
    return warehouse.table("quarantine", contract.table)


def raw_columns(contract: Contract) -> dict[str, str]:
    """Return name and type of the columns that come from the file, hashes of PII included."""
    columns = {}
    for column in contract.columns:
        columns[column.name] = column.type.kind
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
    event = contract.event_date
    warehouse.create_table(
        "raw",
        contract.table,
        columns,
        day=event.name if event else None,
        cluster=["_delivery_id", *contract.key][:_MOST_CLUSTERED],
    )
    warehouse.create_table("quarantine", contract.table, QUARANTINE_COLUMNS)
    _grow(warehouse, contract, columns)
    warehouse.run(
        f"create or replace view {current_name(warehouse, contract)} as"
        f" {_current_rows(warehouse, contract, columns)}"
    )


def _grow(warehouse: Warehouse, contract: Contract, columns: dict[str, str]) -> None:
    there = warehouse.columns("raw", contract.table)
    dialect = warehouse.dialect
    # All is checked before anything grows: a refused contract leaves the table as it was.
    known = {column.lower(): column for column in columns}
    for column, type_name in there.items():
        if column not in columns or dialect.type(columns[column]) != type_name:
            _check_growth(contract, column, dialect.kind(type_name), known, columns)
    for column, kind in columns.items():
        if column not in there:
            warehouse.run(
                f"alter table {raw_name(warehouse, contract)}"
                f" add column {dialect.name(column)} {dialect.type(kind)}"
            )
        elif there[column] != dialect.type(kind):
            warehouse.run(f"drop view if exists {current_name(warehouse, contract)}")
            warehouse.change_type("raw", contract.table, column, kind)


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
    elif not _type_of(columns[column]).widens(_type_of(kind)):
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


def _type_of(kind: str) -> ColumnType:
    names = {
        "varchar": "string",
        "bigint": "integer",
        "ubigint": "integer",
        "boolean": "boolean",
        "date": "date",
        "timestamp": "timestamp",
    }
    return column_type(names.get(kind, "number"), kind)


def _current_rows(warehouse: Warehouse, contract: Contract, columns: dict[str, str]) -> str:
    """Select the rows that count, by how the contract relates deliveries."""
    told = contract.deliveries
    name, literal = warehouse.dialect.name, warehouse.dialect.literal
    selected = ", ".join(f"versions.{name(column)}" for column in columns)
    versions = f"select {selected} from {raw_name(warehouse, contract)} as versions"
    feed = f"source = {literal(contract.source)} and feed = {literal(contract.feed)}"
    if told.relation == "append":
        return versions
    if told.relation == "upsert":
        superseded = warehouse.table("ops", "superseded_lines")
        return (
            f"{versions} left join (select delivery_id, line from {superseded} where {feed})"
            " as superseded on versions._delivery_id = superseded.delivery_id"
            " and versions._line = superseded.line where superseded.line is null"
        )
    period = ""
    if told.relation == "replacePeriod" and not told.period_group:
        # Casting the few periods, not the many rows, keeps the join cheap.
        column = str(told.period_column)
        kind = warehouse.dialect.type(columns[column])
        period = f" and versions.{name(column)} = cast(periods.period as {kind})"
    current = warehouse.table("ops", "current_periods")
    return (
        f"{versions} inner join (select delivery_id, period from {current} where {feed})"
        f" as periods on versions._delivery_id = periods.delivery_id{period}"
    )
