"""What holds for every Python test: who runs it, a floor under their number, quiet tools."""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from onemart.project import Project
from onemart.verify.emulator_server import EmulatorServer

# Before anything imports the tools that would otherwise report their use.
os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["GX_ANALYTICS_ENABLED"] = "false"

TESTS = Path(__file__).parent
FLOOR = TESTS / "floor.toml"
# Areas whose tests share what takes minutes to make, by the area that makes it: one worker runs all
# that share, and whichever test comes first waits for it.
SHARING = {"mart": "mart", "verify": "verify", "portal": "verify"}
LONGEST_WAIT_SECONDS = 1800


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files of the marts anew"
    )


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if not is_worker:
        config.pluginmanager.register(Floor(config), "floor")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the areas that share much, for they take longest."""
    items.sort(key=lambda item: area(item.nodeid) not in SHARING)
    for item in items:
        if area(item.nodeid) in SHARING:
            item.add_marker(pytest.mark.timeout(LONGEST_WAIT_SECONDS))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Share the work out by file or area, in the order of collection."""
    return AreaScheduling(config, log)


class AreaScheduling(LoadScopeScheduling):
    """Keeps the tests of a file, or of an area that shares much, on one worker.

    The group that `--dist=loadgroup` reads from a mark does not reach it with pytest 9.2, whose ids
    are no longer text.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        return SHARING.get(area(nodeid), file)


def area(nodeid: str) -> str:
    """Return the folder in `tests/` that a test is in."""
    return nodeid.removeprefix("tests/").partition("/")[0]


@pytest.fixture(scope="session")
def parity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Build the small shop on DuckDB and on the emulator, once for all tests that look at it.

    The record of it (`open_record`) is in the folder of `statements`.
    """
    from tests.mart.small_shops import write_contracts
    from tests.verify.small_slices import small_slices

    from onemart.verify.parity import run_parity

    folder = tmp_path_factory.mktemp("parity")
    write_contracts(folder / "expectations")
    slices = small_slices(folder / "expectations")
    project = Project(TESTS.parent)
    with EmulatorServer(folder / "statements.jsonl", project=project) as server:
        yield run_parity(slices, folder, server, project=project)


@pytest.fixture(scope="session")
def emulator() -> Iterator[EmulatorServer]:
    """Serve one BigQuery emulator to all tests; each test uses datasets of its own prefix."""
    with EmulatorServer(project=Project(Path(__file__).parents[1])) as server:
        yield server


class Floor:
    """Fails a full run in which fewer tests passed than `floor.toml` says.

    A run is full when nobody chose among the tests. A test that says by its mark `needs` what this
    machine lacks counts although it was skipped, except in CI, where nothing may be lacking.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.smallest = int(tomllib.loads(FLOOR.read_text())["pytest"])
        self.counted: set[str] = set()
        self.too_few = False

    def is_full_run(self) -> bool:
        option = self.config.option
        chosen = (
            self.config.args_source is not pytest.Config.ArgsSource.TESTPATHS
            or option.keyword
            or option.markexpr.strip() != "not torture"
            or option.deselect
            or option.ignore
            or option.ignore_glob
            or option.collectonly
            or getattr(option, "lf", False)
            or getattr(option, "stepwise", False)
        )
        return not chosen

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        passed = report.when == "call" and report.passed
        is_excused = "needs" in report.keywords and not os.environ.get("CI")
        if passed or (report.skipped and is_excused):
            self.counted.add(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        # An interrupted run has its own exit status, and says so.
        finished = session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        if self.is_full_run() and finished and len(self.counted) < self.smallest:
            self.too_few = True
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.too_few:
            terminalreporter.section("too few tests", red=True)
            terminalreporter.write_line(
                f"{len(self.counted)} tests passed, tests/floor.toml asks for {self.smallest}. "
                "Find the tests that are gone, or lower the floor together with them."
            )
