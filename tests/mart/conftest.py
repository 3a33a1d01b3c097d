"""dbt in process, and warehouses for it to build in."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.mart.emulated import EmulatedWarehouse
from tests.mart.synthetic import FILE_NAME, PROJECT, SyntheticWarehouse

from onemart.verify.emulator_server import EmulatorServer

Dbt = Callable[..., Any]
Warehouse = SyntheticWarehouse | EmulatedWarehouse


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """Run dbt on a warehouse; the project is parsed once for all runs of a target."""
    from dbt.cli.main import dbtRunner

    folder = tmp_path_factory.mktemp("dbt")
    manifests: dict[str, Any] = {}

    def run(
        warehouse: Warehouse,
        *arguments: str,
        shop: str = "complete_journey",
        listen: Callable[[Any], None] = lambda _event: None,
    ) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**warehouse.environment, "ONEMART_SHOP": shop}.items():
                patch.setenv(name, value)
            target = warehouse.environment["ONEMART_TARGET"]
            folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
            outputs = ["--target-path", str(folder / target), "--log-path", str(folder / "logs")]
            options = ["--quiet", *folders, *outputs]
            if target not in manifests:
                parsed = dbtRunner().invoke(["parse", *options])
                assert parsed.success, parsed.exception
                manifests[target] = parsed.result
            result = dbtRunner(manifest=manifests[target], callbacks=[listen]).invoke(
                [*arguments, *options]
            )
        failed = [
            f"{node.node.name}: {node.message}"
            for node in getattr(result.result, "results", [])
            # An exposure is named, and nothing is done about it.
            if node.status not in {"success", "pass", "no-op"}
        ]
        assert not failed
        assert result.success, result.exception
        return result.result

    return run


@pytest.fixture(scope="session")
def empty_warehouse(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> SyntheticWarehouse:
    """Build and test everything on raw tables without a row; not to be written to."""
    folder = tmp_path_factory.mktemp("empty")
    warehouse = SyntheticWarehouse(folder / FILE_NAME).create()
    warehouse.results = dbt(warehouse, "build").results
    return warehouse


@pytest.fixture
def warehouse(empty_warehouse: SyntheticWarehouse, tmp_path: Path) -> SyntheticWarehouse:
    """Copy the empty warehouse, to deliver to."""
    # dbt keeps its connection to the end of the process; what it wrote may still be in the log.
    empty_warehouse.run("checkpoint")
    copied = tmp_path / FILE_NAME
    shutil.copyfile(empty_warehouse.path, copied)
    return SyntheticWarehouse(copied, empty_warehouse.dated)


@pytest.fixture(scope="session")
def emulated(emulator: EmulatorServer) -> EmulatedWarehouse:
    """Give the datasets that all tests of the marts share: dbt's manifest knows them by name."""
    return EmulatedWarehouse(emulator.endpoint, "marts_tested")
