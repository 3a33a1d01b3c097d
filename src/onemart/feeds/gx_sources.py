"""The warehouses as Great Expectations sees them: all that differs between them stands here.

Import this module only where a delivery is judged: GX takes seconds, and registers each datasource
by its class.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, cast

import duckdb
import sqlalchemy as sa
from duckdb_engine import ConnectionWrapper
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.data_context import EphemeralDataContext
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine

from onemart.feeds.rules import COMPARED_AS, Kwargs, Rule
from onemart.warehouse.base import Warehouse
from onemart.warehouse.duckdb import DuckdbWarehouse

if TYPE_CHECKING:
    # Its client takes seconds to import, and a DuckDB file needs none.
    from onemart.warehouse.bigquery import BigqueryWarehouse

__all__ = ["add_source", "is_lost_by_gx", "typed"]


class _ReadingConnection(ConnectionWrapper):
    """A DuckDB connection that leaves transactions to the gate."""

    def begin(self) -> None:
        """Do nothing."""

    def commit(self) -> None:
        """Do nothing."""

    def rollback(self) -> None:
        """Do nothing."""


class _KeepingEngine(SqlAlchemyExecutionEngine):
    """Reads results on the connection that produced them."""

    @contextmanager
    def get_connection(self) -> Iterator[sa.Connection]:
        """Give the one connection, and leave it open."""
        if not self._connection:
            self._connection = self.engine.connect()
        yield self._connection


_EngineType = type[SqlAlchemyExecutionEngine]  # inside a datasource, `type` is a field


class _OwnDatasource(SQLDatasource):
    """Keeps one engine, and does not copy the delivery, which is a table already."""

    @property
    def execution_engine_type(self) -> _EngineType:
        """The engine that keeps its connection."""
        return _KeepingEngine

    def get_execution_engine(self) -> SqlAlchemyExecutionEngine:
        """Return the engine, the same one each time."""
        if self._execution_engine is None:
            self._execution_engine = _KeepingEngine(
                engine=self.get_engine(), create_temp_table=False
            )
        return self._execution_engine

    def close(self) -> None:
        """Close the one connection."""
        if self._engine is not None:
            self._engine.dispose()


class DuckdbDatasource(_OwnDatasource):
    """A DuckDB file; registers itself as `context.data_sources.add_duckdb`.

    GX closes a connection before it reads the results, which DuckDB does not forgive, and its own
    transactions would get in the way of the gate's. So this one connection never opens any.
    """

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]

    def _create_engine(self) -> sa.Engine:
        path = str(sa.make_url(str(self.connection_string)).database)
        return sa.create_engine(
            str(self.connection_string),
            creator=lambda: _ReadingConnection(duckdb.connect(path)),
            poolclass=sa.pool.StaticPool,
        )


class GateBigqueryDatasource(_OwnDatasource):
    """A BigQuery project, asked by the gate's own client: its credentials, labels and limits."""

    type: Literal["gate_bigquery"] = "gate_bigquery"  # type: ignore[assignment]
    _client: Any = PrivateAttr(None)

    def _create_engine(self) -> sa.Engine:
        # Verdicts are few rows; the Storage client, for many, is not installed.
        told = {"client": self._client, "prefer_bqstorage_client": False}
        return sa.create_engine(str(self.connection_string), connect_args=told)


def add_source(
    context: EphemeralDataContext, warehouse: Warehouse
) -> tuple[DuckdbDatasource | GateBigqueryDatasource, str]:
    """Make the gate's warehouse known to GX.

    Returns
    -------
    datasource
        With `close()`.
    str
        What it calls the schema `landing`.
    """
    sources: Any = context.data_sources
    if isinstance(warehouse, DuckdbWarehouse):
        url = f"duckdb:///{warehouse.path}"
        return sources.add_duckdb(name="warehouse", connection_string=url), "landing"
    other = cast("BigqueryWarehouse", warehouse)
    url = f"bigquery://{other.client.project}?user_supplied_client=true"
    source = GateBigqueryDatasource(name="warehouse", connection_string=url)
    source._client = other.client  # noqa: SLF001  (GX's fields take only what is text)
    return sources.add_gate_bigquery(source), f"{other.prefix}_landing"


def typed(warehouse: Warehouse, kwargs: Kwargs, kinds: Mapping[str, str]) -> dict[str, Any]:
    """Return a rule's arguments as values of its column's type.

    GX binds them as parameters, and BigQuery compares no date with a text, nor a decimal; DuckDB
    turns the text into the column's type by itself.
    """
    convert = _CONVERT.get(kinds.get(str(kwargs.get("column")), ""))
    if isinstance(warehouse, DuckdbWarehouse) or convert is None:
        return dict(kwargs)
    found = dict(kwargs)
    for key in ("min_value", "max_value"):
        if found.get(key) is not None:
            found[key] = convert(str(found[key]))
    if isinstance(found.get("value_set"), list):
        found["value_set"] = [convert(str(value)) for value in found["value_set"]]
    return found


def is_lost_by_gx(rule: Rule, kwargs: Kwargs) -> bool:
    """Tell whether GX cannot ask this by itself.

    It turns the values of a set into text or floats, and compares two columns as they are.
    """
    values = kwargs.get("value_set") or ()
    is_changed = any(isinstance(value, date | Decimal) for value in values)
    return COMPARED_AS in kwargs or (rule.is_about_lines and is_changed)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


_CONVERT: dict[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "timestamp": _moment,
    "numeric": Decimal,
    "bignumeric": Decimal,
}
