from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from onemart.feeds.contract import Contract, load_contract
from onemart.feeds.rules import unexpected_lines
from onemart.project import Project, Shop
from onemart.samples.complete_journey import write_complete_journey
from onemart.samples.delivery import Delivered
from onemart.samples.uci_online_retail import write_uci_online_retail
from onemart.warehouse.duckdb_dialect import DuckdbDialect, literal, name

DUCKDB = DuckdbDialect()

PROJECT = Path(__file__).parents[2]
UCI = PROJECT.parent / "shared/data/uci_online_retail/online_retail_2010_2011.parquet"


@dataclass(frozen=True)
class Sample:
    """A delivered sample: its shop, what was delivered, and what its calls reported."""

    shop: Shop
    delivered: Delivered
    reported: tuple[str, ...]


@pytest.fixture(scope="session")
def complete_journey(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    shop = Project(tmp_path_factory.mktemp("complete_journey")).shop("grocer")
    reported: list[str] = []
    delivered = write_complete_journey(shop, on_file=reported.append)
    return Sample(shop, delivered, tuple(reported))


@pytest.fixture(scope="session")
def uci_online_retail(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    if not UCI.is_file():
        pytest.skip(f"UCI Online Retail is not at {UCI}")
    shop = Project(tmp_path_factory.mktemp("uci_online_retail")).shop("gifts")
    reported: list[str] = []
    delivered = write_uci_online_retail(shop, UCI, on_file=reported.append)
    return Sample(shop, delivered, tuple(reported))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Project(tmp_path).shop("corner_shop")


class Landed:
    """The files of a shop as the gate sees them: `text(feed)` line by line, `typed(feed)` cast.

    Both return the name of a table that is filled once; the table of text also has `filename`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: str, shop: Shop) -> None:
        self.connection = connection
        self.source = source
        self.shop = shop
        self._made: set[str] = set()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        return rows

    def contract(self, feed: str) -> Contract:
        return load_contract(PROJECT / "expectations" / self.source / f"{feed}.yml")

    def text(self, feed: str) -> str:
        contract = self.contract(feed)
        table = f"{contract.table}_text"
        files = literal(str(self.shop.landing / self.source / feed / "*"))
        names = [column.name for column in contract.columns]
        # 21 million promotions stay where they are.
        kind = "view" if contract.format == "parquet" else "table"
        if contract.format == "csv":
            reader = (
                f"read_csv({files}, all_varchar = true, header = true, delim = ',',"
                " filename = true)"
            )
        elif contract.format == "jsonl":
            columns = ", ".join(f"{name(column)}: 'varchar'" for column in names)
            reader = (
                f"read_json({files}, format = 'newline_delimited', columns = {{{columns}}},"
                " filename = true)"
            )
        else:
            reader = f"read_parquet({files}, filename = true)"
        if table not in self._made:
            self.connection.execute(f"create {kind} {table} as from {reader}")
            self._made.add(table)
        assert [row[0] for row in self.query(f"describe {table}")] == [*names, "filename"]
        return table

    def typed(self, feed: str) -> str:
        contract = self.contract(feed)
        columns = ", ".join(
            f"{column.type.cast(name(column.name), DUCKDB)} as {name(column.name)}"
            for column in contract.columns
        )
        kind = "view" if contract.format == "parquet" else "table"
        text = self.text(feed)
        if contract.table not in self._made:
            self.connection.execute(
                f"create {kind} {contract.table} as select {columns} from {text}"
            )
            self._made.add(contract.table)
        return contract.table

    def broken(self, feed: str) -> list[str]:
        """Say which forms and rules about lines of the contract the files break."""
        contract = self.contract(feed)
        typed = self.typed(feed)
        rules = {
            rule.name: unexpected_lines(rule, typed, DUCKDB)
            for rule in contract.rules
            if rule.is_about_lines
        }
        forms = {
            f"{column.name}: {column.type.form}": column.type.is_defective(
                name(column.name), DUCKDB
            )
            for column in contract.columns
            if contract.format != "parquet"
        }
        return [*self._counted(typed, rules), *self._counted(self.text(feed), forms)]

    def _counted(self, table: str, conditions: dict[str, str]) -> list[str]:
        if not conditions:
            return []
        counts = ", ".join(f"count(*) filter (where {told})" for told in conditions.values())
        (found,) = self.query(f"select {counts} from {table}")
        return [
            f"{rule}: {count} lines" for rule, count in zip(conditions, found, strict=True) if count
        ]


@pytest.fixture(scope="session")
def grocer(complete_journey: Sample) -> Iterator[Landed]:
    with duckdb.connect() as connection:
        yield Landed(connection, "complete_journey", complete_journey.shop)


@pytest.fixture(scope="session")
def gifts(uci_online_retail: Sample) -> Iterator[Landed]:
    with duckdb.connect() as connection:
        yield Landed(connection, "uci_online_retail", uci_online_retail.shop)
