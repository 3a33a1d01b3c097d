"""A warehouse of each kind, empty, for the tests that hold both to the same promises."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from onemart.project import Project
from onemart.verify.emulator_server import EmulatorServer
from onemart.warehouse import Warehouse, open_warehouse

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["duckdb", "emulator"])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    """Give an empty warehouse with the schema `landing`."""
    if request.param == "emulator":
        yield request.getfixturevalue("emulated")
        return
    with open_warehouse(Project(tmp_path).shop("trial"), target="dev") as found:
        found.create_schema("landing")
        yield found


@pytest.fixture
def emulated(
    emulator: EmulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Warehouse]:
    """Give an empty warehouse on the emulator with the schema `landing`."""
    from onemart.warehouse.bigquery import open_bigquery
    from onemart.warehouse.profile import read_target

    shop = Project(tmp_path).shop("trial")
    monkeypatch.setenv("ONEMART_EMULATOR", emulator.endpoint)
    monkeypatch.setenv("ONEMART_BIGQUERY_DATASET", f"trial_{uuid.uuid4().hex[:8]}")
    with open_bigquery(read_target(ROOT, shop, "emulator"), shop) as opened:
        opened.create_schema("landing")
        yield opened
