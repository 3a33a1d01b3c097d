"""The tables of `ops` bring themselves to this version, once, and never backwards."""

from pathlib import Path

import duckdb
import pytest

from onemart.errors import OnemartError
from onemart.feeds import ledger
from onemart.feeds.ledger import SCHEMA_VERSION, prepare_ledger, take_turn
from onemart.warehouse import Warehouse
from onemart.warehouse.duckdb import DuckdbWarehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckdbWarehouse:
    path = tmp_path / "shop.duckdb"
    return DuckdbWarehouse(duckdb.connect(path), path)


def add_note(warehouse: Warehouse) -> None:
    warehouse.run("alter table ops.touched_days add column if not exists note varchar")


def versions(warehouse: DuckdbWarehouse) -> list[int]:
    return [row[0] for row in warehouse.rows("select version from ops.schema_version order by 1")]


def test_a_new_warehouse_gets_every_migration_once(warehouse: DuckdbWarehouse) -> None:
    prepare_ledger(warehouse)
    prepare_ledger(warehouse)
    assert versions(warehouse) == list(range(1, SCHEMA_VERSION + 1))
    assert warehouse.rows("select * from ops.deliveries") == []


def test_publications_change_the_same_row(warehouse: DuckdbWarehouse) -> None:
    prepare_ledger(warehouse)
    for number in (1, 2):
        with warehouse.publication():
            take_turn(warehouse, number)
    assert warehouse.rows("select published_seq from ops.publication_turn") == [(2,)]


def test_an_older_warehouse_is_brought_forward_and_keeps_its_rows(
    warehouse: DuckdbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_ledger(warehouse)
    warehouse.run("insert into ops.touched_days values ('d', 1, 's', 'f', date '2026-01-05')")
    monkeypatch.setattr(ledger, "_MIGRATIONS", (*ledger._MIGRATIONS, add_note))
    monkeypatch.setattr(ledger, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    prepare_ledger(warehouse)
    assert versions(warehouse)[-1] == SCHEMA_VERSION + 1
    assert warehouse.rows("select delivery_id, note from ops.touched_days") == [("d", None)]


def test_a_migration_that_breaks_off_is_done_again(
    warehouse: DuckdbWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_ledger(warehouse)

    def break_off(warehouse: Warehouse) -> None:
        add_note(warehouse)
        warehouse.run("select * from ops.nowhere")

    known = ledger._MIGRATIONS
    monkeypatch.setattr(ledger, "_MIGRATIONS", (*known, break_off))
    monkeypatch.setattr(ledger, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with pytest.raises(duckdb.Error):
        prepare_ledger(warehouse)
    assert versions(warehouse)[-1] == SCHEMA_VERSION
    monkeypatch.setattr(ledger, "_MIGRATIONS", (*known, add_note))
    prepare_ledger(warehouse)
    assert versions(warehouse)[-1] == SCHEMA_VERSION + 1


def test_a_warehouse_of_version_1_learns_who_decided(warehouse: DuckdbWarehouse) -> None:
    prepare_ledger(warehouse)
    warehouse.run("delete from ops.schema_version where version > 1")
    warehouse.run("create table quarantine.erp__orders (delivery_id varchar, state varchar)")
    warehouse.run("insert into quarantine.erp__orders values ('d', 'replayed')")
    prepare_ledger(warehouse)
    found = warehouse.rows("select delivery_id, decided_by from quarantine.erp__orders")
    assert found == [("d", None)]


def test_a_newer_warehouse_is_left_alone(warehouse: DuckdbWarehouse) -> None:
    prepare_ledger(warehouse)
    warehouse.run("insert into ops.schema_version values (99, null)")
    with pytest.raises(OnemartError, match=r"version 99.*Update the clone"):
        prepare_ledger(warehouse)
