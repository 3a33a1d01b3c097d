"""A project in a temporary folder for each test, and one import of Great Expectations for all."""

from pathlib import Path

import pytest
from tests.feeds.feed_project import FeedProject

from onemart.verify.emulator_server import EmulatorServer


@pytest.fixture(scope="session")
def great_expectations() -> None:
    """Import Great Expectations once, before a test is timed by it."""
    import onemart.feeds.gx  # noqa: F401


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of a module with `ON_EMULATOR` on both warehouses.

    Those that it names run there each time, the others only with the torture tests: a file takes
    the emulator seconds.
    """
    each_time = getattr(metafunc.module, "ON_EMULATOR", None)
    if each_time is not None and "shop" in metafunc.fixturenames:
        marks = [] if metafunc.function.__name__ in each_time else [pytest.mark.torture]
        where = ["duckdb", pytest.param("emulator", marks=marks)]
        metafunc.parametrize("shop", where, indirect=True)


@pytest.fixture
def shop(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    great_expectations: None,  # noqa: ARG001
) -> FeedProject:
    """An empty project; the warehouse's path holds whatever the machine's folder is called."""
    if getattr(request, "param", "duckdb") == "emulator":
        return FeedProject(tmp_path / "project", emulator=request.getfixturevalue("emulator"))
    return FeedProject(tmp_path / "project")


@pytest.fixture
def on_emulator(
    tmp_path: Path,
    great_expectations: None,  # noqa: ARG001
    emulator: EmulatorServer,
) -> FeedProject:
    """An empty project whose warehouse is on the emulator."""
    return FeedProject(tmp_path / "project", emulator=emulator)
