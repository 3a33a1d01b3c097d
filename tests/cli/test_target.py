"""The same commands on BigQuery's emulator, chosen by `--target` or by ONEMART_TARGET."""

import shutil
import uuid
from pathlib import Path

import pytest
from tests.cli.conftest import Onemart
from tests.feeds.feed_project import HEADER, FeedProject, line

from onemart.verify.emulator_server import EmulatorServer

ROOT = Path(__file__).parents[2]


@pytest.fixture
def emulated(
    shop: FeedProject, emulator: EmulatorServer, monkeypatch: pytest.MonkeyPatch
) -> FeedProject:
    """A project whose target `emulator` is the running one."""
    shutil.copy(ROOT / "profiles.yml", shop.root)
    monkeypatch.setenv("ONEMART_EMULATOR", emulator.endpoint)
    monkeypatch.setenv("ONEMART_BIGQUERY_DATASET", f"cli_{uuid.uuid4().hex[:8]}")
    monkeypatch.delenv("ONEMART_TARGET", raising=False)
    return shop


def test_commands_on_the_emulator(
    onemart: Onemart, emulated: FeedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The key is the gate's own rule, so nothing waits for Great Expectations here.
    columns = [
        {"name": "order_id", "logicalType": "integer", "primaryKey": True, "primaryKeyPosition": 1},
        {"name": "customer", "logicalType": "string"},
    ]
    emulated.contract(columns=columns)
    emulated.land_file("a.csv", 'order_id,customer\n1,"Ann\nLee"\n2,\nx,Bo\n')
    landed = onemart("land", "--target", "emulator")
    assert landed.status == 0, landed.err
    assert landed.says("quarantined 1 line of erp.orders: a.csv", "Landed", "erp.orders")
    assert not emulated.shop.warehouse.exists()

    asked = "select order_id, customer, 'raw.x' as text from raw.erp__orders order by order_id"
    shown = onemart("query", asked, "--target", "emulator")
    assert shown.says("order_id", "customer", "1", "Ann", "raw.x", "Lee", "2", "raw.x")
    wrong = onemart("query", "select colour from raw.erp__orders", "--target", "emulator")
    assert wrong.status == 2
    assert wrong.says("The query does not run.", "colour")

    monkeypatch.setenv("ONEMART_TARGET", "emulator")
    assert onemart("status").says("orders", "on time", "1", "a.csv")
    repaired = emulated.root / "repaired.jsonl"
    assert onemart("quarantine", "--feed", "orders", "--to", repaired).status == 0
    repaired.write_text(repaired.read_text().replace("x,Bo", "3,Bo"))
    assert onemart("replay", "--feed", "orders", "--from", repaired).says("Replayed", "1", "0")
    assert onemart("query", "select count(*) as n from raw.erp__orders").says("3")


def test_target_that_does_not_exist(onemart: Onemart, emulated: FeedProject) -> None:
    emulated.contract()
    emulated.land_file("a.csv", HEADER + line(1))
    ended = onemart("land", "--target", "prod")
    assert ended.status == 2
    assert ended.says("There is no target 'prod'", "Use one of dev, bigquery, emulator")
