"""Small warehouses as the gate leaves them, written by hand."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from onemart.feeds.contract import Contract, load_contracts
from onemart.feeds.ledger import SCHEMA_VERSION
from onemart.feeds.tables import raw_columns

PROJECT = Path(os.environ.get("ONEMART_PROJECT_DIR", Path(__file__).parents[2]))
# The catalogue's name is the file's; one name lets every test reuse one parsed project.
FILE_NAME = "synthetic.duckdb"

_ARRIVED_AT = datetime(2026, 1, 1)  # noqa: DTZ001
_COUNTED = (
    "delivered", "accepted", "quarantined", "rejected", "superseded", "replayed", "waived", "open",
)  # fmt: skip
_OPS = f"""
    create schema raw;
    create schema ops;
    -- These stand in for the gate's own tables of this version.
    create table ops.schema_version (version integer, migrated_at timestamp);
    insert into ops.schema_version values ({SCHEMA_VERSION}, null);
    create table ops.deliveries (
        delivery_id varchar, published_seq bigint, source varchar, feed varchar, file_name varchar,
        kind varchar, status varchar,
        {", ".join(f"records_{kind} bigint, control_{kind} decimal(38, 6)" for kind in _COUNTED)},
        records_unreadable bigint, declared_order varchar, started_at timestamp,
        finished_at timestamp
    );
    create table ops.touched_days (
        delivery_id varchar, published_seq bigint, source varchar, feed varchar, day date
    );
    create table ops.delivery_periods (
        delivery_id varchar, source varchar, feed varchar, period varchar
    );
    create table ops.superseded_lines (
        source varchar, feed varchar, delivery_id varchar, line bigint, superseded_by varchar
    );
    create table ops.validation_results (
        delivery_id varchar, source varchar, feed varchar, rule varchar, expectation varchar,
        contract_line integer, severity varchar, success boolean, unexpected_count bigint,
        observed varchar, checked_by varchar
    );
    -- Which delivery speaks for which period; the highest version of a period counts.
    create table ops.versions (feed varchar, delivery_id varchar, period varchar, version bigint);
"""


@cache
def _contracts() -> list[Contract]:
    contracts, errors = load_contracts(PROJECT / "expectations")
    assert contracts
    assert not errors
    return contracts


@dataclass(frozen=True)
class Delivery:
    """One file: rows of a feed that speak for one period, in their declared version."""

    table: str
    period: str
    version: int
    rows: list[tuple[Any, ...]]

    @property
    def id(self) -> str:
        return f"{self.table}-{self.period}-v{self.version}"


@dataclass
class SyntheticWarehouse:
    """A warehouse whose raw and ops schemas are written by hand."""

    path: Path
    dated: dict[str, str] = field(default_factory=dict)
    results: list[Any] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What dbt has to know to build here."""
        return {"ONEMART_TARGET": "dev", "ONEMART_WAREHOUSE": str(self.path)}

    def connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.path))

    def create(self) -> "SyntheticWarehouse":
        with self.connect() as connection:
            connection.execute(_OPS)
            for contract in _contracts():
                columns = ", ".join(
                    f'"{name}" {kind}' for name, kind in raw_columns(contract).items()
                )
                connection.execute(
                    f"create table raw.{contract.table} ({columns}, _delivery_id varchar,"
                    " _line bigint, _row_hash bigint, _loaded_at timestamp,"
                    " _contract_version varchar)"
                )
                connection.execute(
                    f"create view raw.{contract.table}__current as"
                    f" select rows.* from raw.{contract.table} as rows"
                    " where rows._delivery_id in ("
                    "   select arg_max(delivery_id, version) from ops.versions"
                    f"  where feed = '{contract.table}' group by period)"
                )
                if contract.event_date:
                    self.dated[contract.table] = f'"{contract.event_date.name}"'
        return self

    def deliver(self, *deliveries: Delivery) -> None:
        """Publish one after the other; the ledger counts no rows."""
        with self.connect() as connection:
            for delivery in deliveries:
                self._publish(connection, delivery)

    def _publish(self, connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
        ((sequence,),) = connection.execute(
            "select coalesce(max(published_seq), 0) + 1 from ops.deliveries"
        ).fetchall()
        source, feed = delivery.table.split("__")
        for line, row in enumerate(delivery.rows, start=2):
            values = [*row, delivery.id, line, 0, _ARRIVED_AT, "1.0.0"]
            marks = ", ".join("?" * len(values))
            connection.execute(f"insert into raw.{delivery.table} values ({marks})", values)
        counted = ", ".join(f"records_{kind}" for kind in _COUNTED)
        connection.execute(
            "insert into ops.deliveries (delivery_id, published_seq, source, feed, kind, status,"
            f" declared_order, finished_at, {counted})"
            f" values (?, ?, ?, ?, 'file', 'accepted', ?, ?, {', '.join('0' for _ in _COUNTED)})",
            [delivery.id, sequence, source, feed, str(delivery.version), _ARRIVED_AT],
        )
        connection.execute(
            "insert into ops.delivery_periods values (?, ?, ?, ?)",
            [delivery.id, source, feed, delivery.period],
        )
        connection.execute(
            "insert into ops.versions values (?, ?, ?, ?)",
            [delivery.table, delivery.id, delivery.period, delivery.version],
        )
        # What the highest version of the period leaves behind, whichever came first.
        connection.execute(
            "insert into ops.superseded_lines"
            f" select ?, ?, lines._delivery_id, lines._line, newest.id from raw.{delivery.table}"
            "   as lines"
            " inner join ops.versions as older"
            "   on older.delivery_id = lines._delivery_id and older.feed = ? and older.period = ?"
            " cross join (select max(version) as version, arg_max(delivery_id, version) as id"
            "   from ops.versions where feed = ? and period = ?) as newest"
            " where older.version < newest.version and lines._delivery_id not in ("
            "   select delivery_id from ops.superseded_lines)",
            [source, feed, *[delivery.table, delivery.period] * 2],
        )
        if day := self.dated.get(delivery.table):
            # Days of this delivery and of every other that speaks for its period.
            connection.execute(
                "insert into ops.touched_days"
                f" select distinct ?, ?::bigint, ?, ?, cast({day} as date)"
                f" from raw.{delivery.table} where _delivery_id in ("
                "  select delivery_id from ops.versions where feed = ? and period = ?)",
                [delivery.id, sequence, source, feed, delivery.table, delivery.period],
            )

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run `statement` and return its rows."""
        with self.connect() as connection:
            return connection.execute(statement).fetchall()

    def rows(self, relation: str) -> list[tuple[Any, ...]]:
        """Return all rows in every column, columns by name and rows by value."""
        with self.connect() as connection:
            columns = connection.execute(
                "select column_name from information_schema.columns"
                " where table_schema = 'marts' and table_name = ? order by column_name",
                [relation],
            ).fetchall()
            names = ", ".join(name for (name,) in columns)
            return connection.execute(
                f"select {names} from marts.{relation} order by all"
            ).fetchall()
