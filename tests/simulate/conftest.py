"""One story for all tests that only look at it."""

import pytest
from tests.simulate.telling import Told


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Ten weeks of 100 customers, told in one go."""
    return Told(tmp_path_factory.mktemp("told"))
