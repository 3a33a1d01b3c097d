"""A small shop on DuckDB and on the emulator, built once for all tests that look at it."""

from collections.abc import Iterator

import pytest
from tests.mart.small_shops import write_contracts
from tests.mart.synthetic import PROJECT
from tests.verify.small_slices import small_slices

from onemart.project import Project
from onemart.verify.emulator_server import EmulatorServer
from onemart.verify.parity import Parity, run_parity


@pytest.fixture(scope="session")
def parity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parity]:
    """Build the small shop on both warehouses.

    The record of it (`open_record`) is in the folder of `statements`.
    """
    folder = tmp_path_factory.mktemp("parity")
    write_contracts(folder / "expectations")
    slices = small_slices(folder / "expectations")
    project = Project(PROJECT)
    with EmulatorServer(folder / "statements.jsonl", project=project) as server:
        yield run_parity(slices, folder, server, project=project)
