"""The tables of `ops` bring themselves to this version, once, and never backwards."""

from pathlib import Path

import duckdb
import pytest

from onemart.errors import OnemartError
from onemart.feeds import ledger
from onemart.feeds.ledger import SCHEMA_VERSION, prepare_ledger
from onemart.feeds.warehouse import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    path = tmp_path / "shop.duckdb"
    return Warehouse(duckdb.connect(path), path)


def versions(warehouse: Warehouse) -> list[int]:
    return [row[0] for row in warehouse.rows("select version from ops.schema_version order by 1")]


def test_a_new_warehouse_gets_every_migration_once(warehouse: Warehouse) -> None:
    prepare_ledger(warehouse)
    prepare_ledger(warehouse)
    assert versions(warehouse) == list(range(1, SCHEMA_VERSION + 1))
    assert warehouse.rows("select * from ops.deliveries") == []


def test_an_older_warehouse_is_brought_forward_and_keeps_its_rows(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_ledger(warehouse)
    warehouse.run("insert into ops.touched_days values ('d', 1, 's', 'f', date '2026-01-05')")
    added = "alter table ops.touched_days add column note varchar"
    monkeypatch.setattr(ledger, "_MIGRATIONS", (*ledger._MIGRATIONS, added))
    monkeypatch.setattr(ledger, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    prepare_ledger(warehouse)
    assert versions(warehouse)[-1] == SCHEMA_VERSION + 1
    assert warehouse.rows("select delivery_id, note from ops.touched_days") == [("d", None)]


def test_a_migration_that_fails_leaves_the_version_as_it_was(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_ledger(warehouse)
    broken = "alter table ops.touched_days add column note varchar; select * from ops.nowhere"
    monkeypatch.setattr(ledger, "_MIGRATIONS", (*ledger._MIGRATIONS, broken))
    monkeypatch.setattr(ledger, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with pytest.raises(duckdb.Error):
        prepare_ledger(warehouse)
    assert versions(warehouse)[-1] == SCHEMA_VERSION
    columns = warehouse.rows("select column_name from (describe ops.touched_days)")
    assert ("note",) not in columns


def test_a_newer_warehouse_is_left_alone(warehouse: Warehouse) -> None:
    prepare_ledger(warehouse)
    warehouse.run("insert into ops.schema_version values (99, null)")
    with pytest.raises(OnemartError, match=r"version 99.*Update the clone"):
        prepare_ledger(warehouse)
