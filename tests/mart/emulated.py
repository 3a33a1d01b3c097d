"""A DuckDB warehouse's raw and ops schemas, copied into the emulator for dbt to build on."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from tests.mart.synthetic import SyntheticWarehouse

PROJECT = "onemart"
_TYPES = {
    "varchar": "string",
    "hugeint": "int64",
    "ubigint": "int64",
    "bigint": "int64",
    "integer": "int64",
    "double": "float64",
    "boolean": "bool",
    "blob": "bytes",
    "json": "string",
    "varchar[]": "array<string>",
}
_ROWS_A_STATEMENT = 200


@dataclass
class EmulatedWarehouse:
    """The datasets of one prefix on the emulator.

    Attributes
    ----------
    endpoint : str
        The emulator's address.
    prefix : str
        What the names of the datasets begin with.
    """

    endpoint: str
    prefix: str

    def __post_init__(self) -> None:
        # What was copied and is the same still needs no copying again.
        self._copied: dict[str, list[tuple[Any, ...]]] = {}
        self.client = bigquery.Client(
            project=PROJECT,
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
            client_options={"api_endpoint": self.endpoint},
        )

    @property
    def environment(self) -> dict[str, str]:
        """What dbt has to know to build here."""
        return {
            "ONEMART_TARGET": "emulator",
            "ONEMART_EMULATOR": self.endpoint,
            "ONEMART_BIGQUERY_PROJECT": PROJECT,
            "ONEMART_BIGQUERY_DATASET": self.prefix,
        }

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run `statement` and return its rows, timestamps in UTC without saying so."""
        return [
            tuple(
                value.replace(tzinfo=None) if isinstance(value, datetime) else value
                for value in row.values()
            )
            for row in self.client.query(statement).result()
        ]

    def rows(self, mart: str) -> list[tuple[Any, ...]]:
        """Return all rows of a mart in every column, columns by name and rows by value."""
        table = self.client.get_table(f"{PROJECT}.{self.prefix}_marts.{mart}")
        names = ", ".join(sorted(column.name for column in table.schema))
        order = ", ".join(f"{place + 1} nulls last" for place in range(len(table.schema)))
        return self.run(f"select {names} from `{self._dataset('marts')}`.{mart} order by {order}")

    def copy(self, warehouse: SyntheticWarehouse) -> None:
        """Make raw and ops here what they are in `warehouse`; views become tables."""
        for schema in ("raw", "ops"):
            self.run(f"create schema if not exists `{PROJECT}`.`{self.prefix}_{schema}`")
            tables = warehouse.run(
                "select table_name from information_schema.tables"
                # This one is dbt's own log, which each warehouse keeps for itself.
                f" where table_schema = '{schema}' and table_name <> 'model_builds'"
            )
            for (table,) in tables:
                rows = warehouse.run(f'select * from {schema}."{table}"')
                if self._copied.get(table) != rows:
                    self._copy_table(warehouse, schema, table, rows)
                    self._copied[table] = rows

    def _copy_table(
        self, warehouse: SyntheticWarehouse, schema: str, table: str, rows: list[tuple[Any, ...]]
    ) -> None:
        described = warehouse.run(
            "select column_name, lower(data_type) from information_schema.columns"
            f" where table_schema = '{schema}' and table_name = '{table}' order by ordinal_position"
        )
        columns = {name: _type(kind) for name, kind in described}
        day = warehouse.dated.get(table.removesuffix("__current"), "").strip('"')
        partition = f" partition by timestamp_trunc(`{day}`, day)" if day else ""
        name = f"`{self._dataset(schema)}`.`{table}`"
        spelled = ", ".join(f"`{column}` {kind}" for column, kind in columns.items())
        self.run(f"create or replace table {name} ({spelled}){partition}")
        for first in range(0, len(rows), _ROWS_A_STATEMENT):
            values = ", ".join(
                "(" + ", ".join(map(_literal, row, columns.values())) + ")"
                for row in rows[first : first + _ROWS_A_STATEMENT]
            )
            self.run(f"insert into {name} values {values}")

    def _dataset(self, schema: str) -> str:
        return f"{PROJECT}.{self.prefix}_{schema}"


def _type(duckdb_type: str) -> str:
    kind = re.sub(r"\(.*\)", "", duckdb_type)
    return _TYPES.get(kind, {"decimal": "numeric"}.get(kind, kind))


def _literal(value: Any, kind: str) -> str:
    if value is None:
        return "null"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(item, "string") for item in value) + "]"
    if isinstance(value, bool | int):
        # The hash of a row has 64 bits without a sign there, and a sign here.
        return str(value - 2**64 if value >= 2**63 else value)
    if isinstance(value, bytes):
        return "b'" + "".join(f"\\x{byte:02x}" for byte in value) + "'"
    text = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{text}'" if kind == "string" else f"cast('{text}' as {kind})"
