"""Three small shops on DuckDB and on the emulator, built once for all tests that look at them."""

import shutil
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.mart.small_shops import DELIVERIES, PLACEMENT, PLACEMENTS, write_contracts
from tests.mart.synthetic import PROJECT

from onemart.project import Project, Shop
from onemart.verify.emulator_server import EmulatorServer
from onemart.verify.parity import Parity, run_parity
from onemart.verify.slices import Slice, demo_slice

# What comes with the second stage: later files, and corrections of what was there before.
LATER = {
    "complete_journey": (
        "_week_02_v2", "_week_03", "_week_04", "promotions", "campaigns_2017-01-09",
        "_redemptions_", "households_2017-01-16", "products_2017-01-16",
    ),
    "uci_online_retail": ("_v2", "_2011-04", "_2011-05"),
}  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what builds all shops on both warehouses to `make torture`.

    With the simulated shop it takes ten minutes, and the budget of the shop's models is not
    measured yet (`make budget`). Both come first, then this goes.
    """
    for item in items:
        if "parity" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.torture)


def delivers(*, later: bool) -> Callable[[Shop], None]:
    """Return the stage that brings the files by hand which come later, or those which do not."""

    def deliver(shop: Shop) -> None:
        for path in sorted((DELIVERIES / shop.name).glob("*/*")):
            if any(part in path.name for part in LATER[shop.name]) is later:
                folder = shop.landing / shop.name / path.parent.name
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, folder)
        if later and shop.name == "complete_journey":
            folder = shop.landing / shop.name / "promotions"
            folder.mkdir(parents=True)
            for name, rows in PLACEMENTS.items():
                columns = [list(column) for column in zip(*rows, strict=True)]
                pq.write_table(pa.table(columns, names=PLACEMENT), folder / name)

    return deliver


def everything(shop: Shop) -> None:
    """Bring all files by hand at once."""
    for later in (False, True):
        delivers(later=later)(shop)


@pytest.fixture(scope="session")
def parity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parity]:
    """Build the small shops on both warehouses.

    The record of it (`open_record`) is in the folder of `statements`.
    """
    folder = tmp_path_factory.mktemp("parity")
    write_contracts(folder / "expectations")
    first, later = delivers(later=False), delivers(later=True)
    # Two builds of a shop show all that an incremental build sends; one is built once.
    slices = [
        Slice(shop, date, stages, "written by hand", folder / "expectations")
        for shop, date, stages in (
            ("complete_journey", "2017-01-15", (first, later)),
            ("uci_online_retail", "2011-04-30", (everything,)),
        )
    ]
    slices.append(demo_slice(customers=80))
    project = Project(PROJECT)
    with EmulatorServer(folder / "statements.jsonl", project=project) as server:
        yield run_parity(slices, folder, server, project=project)
