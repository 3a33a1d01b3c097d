"""A small shop in a temporary folder: its contracts, files to land, and what came of them.

Its warehouse is a DuckDB file, or datasets of its own on the emulator.
"""

import copy
import pkgutil
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from onemart.feeds.gate import Gate, Report, land, open_gate
from onemart.project import Project, Shop
from onemart.verify.emulator_server import EmulatorServer
from onemart.warehouse import Warehouse, open_warehouse

SOURCE = "erp"

COLUMNS: list[dict[str, Any]] = [
    {"name": "order_id", "logicalType": "integer", "primaryKey": True, "primaryKeyPosition": 1},
    {"name": "customer", "logicalType": "string"},
    {
        "name": "amount",
        "logicalType": "number",
        "physicalType": "decimal(12,2)",
        "required": True,
    },
    {"name": "units", "logicalType": "integer"},
    {"name": "rate", "logicalType": "number", "physicalType": "double"},
    {"name": "ordered_on", "logicalType": "date"},
    {"name": "ordered_at", "logicalType": "timestamp", "partitioned": True},
]
HEADER = "order_id,customer,amount,units,rate,ordered_on,ordered_at\n"


def line(order_id: object, amount: object = "1.00", *, customer: str = "Ann") -> str:
    """One good line of the orders feed, unless an argument spoils it."""
    return f"{order_id},{customer},{amount},1,0.5,2024-03-01,2024-03-01 10:00:00\n"


def rule(kind: str, name: str = "", **kwargs: Any) -> dict[str, Any]:
    """A rule as a contract states it; `severity` and `history` are not the expectation's."""
    severity, history = kwargs.pop("severity", None), kwargs.pop("history", None)
    body: dict[str, Any] = {
        "type": "custom",
        "engine": "greatExpectations",
        "implementation": {"type": kind, "kwargs": kwargs},
    }
    if name:
        body["name"] = name
    if severity:
        body["severity"] = severity
    if history:
        body["customProperties"] = [{"property": "history", "value": history}]
    return body


_TABLE = re.compile(r"\b(raw|quarantine|ops|landing)\.(\w+)")


class BrokenOffError(Exception):
    """Ends a run as a kill would, as far as the warehouse can tell."""


class FeedProject:
    """A project with contracts and a shop, driven as `onemart land` drives it.

    Parameters
    ----------
    emulator : EmulatorServer, optional
        Where its warehouse is; else it is a DuckDB file.
    """

    def __init__(
        self, root: Path, shop: str = "corner", *, emulator: EmulatorServer | None = None
    ) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.environment = {"ONEMART_TARGET": "dev"}
        if emulator:
            profiles = Path(__file__).parents[2] / "profiles.yml"
            (root / profiles.name).write_text(profiles.read_text())
            self.environment = {
                "ONEMART_TARGET": "emulator",
                "ONEMART_EMULATOR": emulator.endpoint,
                "ONEMART_BIGQUERY_DATASET": f"feeds_{uuid.uuid4().hex[:8]}",
            }
        (root / "dbt_project.yml").write_text("name: corner\n")
        self.root = root
        self.project = Project(root)
        self.shop: Shop = self.project.shop(shop)

    def contract(
        self,
        feed: str = "orders",
        columns: list[dict[str, Any]] | None = None,
        *,
        file: Mapping[str, Any] | None = None,
        quality: list[dict[str, Any]] | None = None,
        version: str = "1.0.0",
        **deliveries: Any,
    ) -> Path:
        """Write a contract; `deliveries` are the keys of its custom property of that name."""
        described = [
            {"description": f"The {column['name']}.", "classification": "internal", **column}
            for column in copy.deepcopy(columns or COLUMNS)
        ]
        told = {"relation": "append", "maxBadShare": 1.0, **deliveries}
        content = {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": f"{SOURCE}.{feed}",
            "name": feed,
            "version": version,
            "status": "active",
            "team": {"name": "store-systems"},
            "servers": [
                {
                    "server": "landing",
                    "type": "local",
                    "path": f"landing/*/{SOURCE}/{feed}/*",
                    "format": "csv",
                    "encoding": "UTF-8",
                    **(file or {}),
                }
            ],
            "slaProperties": [{"property": "frequency", "value": 1, "unit": "d"}],
            "schema": [
                {
                    "name": feed,
                    "description": f"One row per line of {feed}.",
                    "properties": described,
                    **({"quality": quality} if quality else {}),
                }
            ],
            "customProperties": [{"property": "deliveries", "value": told}],
        }
        path = self.project.contracts / SOURCE / f"{feed}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False, width=1000), encoding="utf-8")
        return path

    def folder(self, feed: str = "orders") -> Path:
        """The feed's landing folder."""
        folder = self.shop.landing / SOURCE / feed
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def land_file(self, name: str, content: bytes | str, feed: str = "orders") -> Path:
        """Put a file into landing, as a vendor does."""
        path = self.folder(feed) / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    @contextmanager
    def gate(self) -> Iterator[Gate]:
        """Open the shop's gate."""
        with (
            self.in_environment(),
            open_gate(
                self.project, self.shop, "land", on_step=lambda _step, _file: None, timeout=5
            ) as gate,
        ):
            yield gate

    @contextmanager
    def breaking_off(self) -> Iterator[None]:
        """Break publications off before the ledger's row; without transactions the rest stays."""
        owner, verb = (
            ("onemart.warehouse.duckdb.DuckdbWarehouse", "_execute")
            if self.environment["ONEMART_TARGET"] == "dev"
            else ("onemart.warehouse.bigquery.BigqueryWarehouse", "_query")
        )
        execute = getattr(pkgutil.resolve_name(owner), verb)

        def break_off(warehouse: Warehouse, sql: str, *more: Any, **options: Any) -> Any:
            if sql.startswith("insert into") and "delivery_log" in sql:
                raise BrokenOffError
            return execute(warehouse, sql, *more, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(f"{owner}.{verb}", break_off)
            yield

    @contextmanager
    def in_environment(self) -> Iterator[None]:
        """Choose the project's warehouse in this block."""
        with pytest.MonkeyPatch.context() as patch:
            for variable, value in self.environment.items():
                patch.setenv(variable, value)
            yield

    @contextmanager
    def warehouse(self) -> Iterator[Warehouse]:
        """Open the warehouse as a reader does."""
        with self.in_environment(), open_warehouse(self.shop, read_only=True, timeout=5) as opened:
            yield opened

    def land(self) -> Report:
        """Take what lies in landing through the gate."""
        with self.gate() as gate:
            return land(gate, on_start=lambda _files: None, on_end=lambda _outcome: None)

    def land_one(self, name: str, content: bytes | str, feed: str = "orders") -> dict[str, Any]:
        """Land one file alone and return its row of the ledger."""
        self.land_file(name, content, feed)
        self.land()
        return self.ledger(feed)[-1]

    def dicts(self, sql: str) -> list[dict[str, Any]]:
        """Rows of a query on the warehouse, as a reader sees it."""
        if self.environment["ONEMART_TARGET"] != "dev":
            with self.warehouse() as warehouse:
                named = _TABLE.sub(lambda found: warehouse.table(found[1], found[2]), sql)
                return warehouse.dicts(named)
        with duckdb.connect(str(self.shop.warehouse), read_only=True) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the warehouse, as a reader sees it."""
        return [tuple(row.values()) for row in self.dicts(sql)]

    def ledger(self, feed: str = "orders") -> list[dict[str, Any]]:
        """The feed's rows of the ledger, in the order of their publication."""
        return self.dicts(
            f"select * from ops.deliveries where feed = '{feed}' order by published_seq"
        )

    def quarantine(self, feed: str = "orders") -> list[dict[str, Any]]:
        """The feed's quarantined lines."""
        return self.dicts(f"select * from quarantine.{SOURCE}__{feed} order by file_name, line")

    def current(self, columns: str, feed: str = "orders") -> list[tuple[Any, ...]]:
        """`columns` of the rows that count now, sorted."""
        return _sorted(self.rows(f"select {columns} from raw.{SOURCE}__{feed}__current"))

    def raw(self, columns: str, feed: str = "orders") -> list[tuple[Any, ...]]:
        """`columns` of every accepted version, sorted."""
        return _sorted(self.rows(f"select {columns} from raw.{SOURCE}__{feed}"))


def _sorted(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Sort rows, what is missing last."""
    return sorted(rows, key=lambda row: [(value is None, value) for value in row])
