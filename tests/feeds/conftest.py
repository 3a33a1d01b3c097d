"""A project in a temporary folder for each test, and one import of Great Expectations for all."""

from pathlib import Path

import pytest
from tests.feeds.feed_project import FeedProject

from onemart.verify.emulator_server import EmulatorServer


@pytest.fixture(scope="session")
def great_expectations() -> None:
    """Import Great Expectations once, before a test is timed by it."""
    import onemart.feeds.gx  # noqa: F401


@pytest.fixture
def shop(tmp_path: Path, great_expectations: None) -> FeedProject:  # noqa: ARG001
    """An empty project; the warehouse's path holds whatever the machine's folder is called."""
    return FeedProject(tmp_path / "project")


@pytest.fixture
def on_emulator(
    tmp_path: Path,
    great_expectations: None,  # noqa: ARG001
    emulator: EmulatorServer,
) -> FeedProject:
    """An empty project whose warehouse is on the emulator."""
    return FeedProject(tmp_path / "project", emulator=emulator)
