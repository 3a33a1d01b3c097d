"""The floors under the number of tests, tried on small suites."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
SCRIPT = TESTS.parent / "scripts" / "check_dbt_floor.py"
SUITE = """
import pytest

def test_one(): pass
def test_two(): pass

@pytest.mark.skip
def test_idle(): pass

@pytest.mark.needs("a machine that has it")
def test_elsewhere(): pytest.skip("this machine lacks it")
"""
PASSED, FAILED = 0, 1


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\ntestpaths = ["tests"]\naddopts = ["-m not torture"]\n'
        'markers = ["needs(what)", "torture"]\n'
    )
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "conftest.py").write_text((TESTS / "conftest.py").read_text())
    (tests / "test_suite.py").write_text(SUITE)
    return tmp_path


def run(suite: Path, *arguments: str, floor: int, ci: bool = False) -> int:
    (suite / "tests" / "floor.toml").write_text(f"pytest = {floor}\n")
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    if ci:
        environment["CI"] = "true"
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    return subprocess.run(
        command, cwd=suite, env=environment, capture_output=True, check=False
    ).returncode


def test_enough_tests_pass(suite: Path) -> None:
    assert run(suite, floor=3) == PASSED


def test_one_test_too_few_fails(suite: Path) -> None:
    assert run(suite, floor=4) == FAILED


def test_workers_count_together(suite: Path) -> None:
    workers = ["--numprocesses", "2", "--dist", "loadscope"]
    assert run(suite, *workers, floor=3) == PASSED
    assert run(suite, *workers, floor=4) == FAILED


def test_what_the_machine_lacks_counts_but_not_in_ci(suite: Path) -> None:
    assert run(suite, floor=3, ci=True) == FAILED
    assert run(suite, floor=2, ci=True) == PASSED


@pytest.mark.parametrize(
    "chosen", [["-k", "one"], ["tests/test_suite.py"], ["-m", "needs"], ["--deselect", "test_one"]]
)
def test_a_run_of_chosen_tests_has_no_floor(suite: Path, chosen: list[str]) -> None:
    assert run(suite, *chosen, floor=100) == PASSED


@pytest.mark.parametrize("floor, status", [(2, PASSED), (3, FAILED)])
def test_dbt_tests_count_when_they_passed(tmp_path: Path, floor: int, status: int) -> None:
    results = [
        {"unique_id": "test.onemart.a", "status": "pass"},
        {"unique_id": "unit_test.onemart.b", "status": "pass"},
        {"unique_id": "test.onemart.c", "status": "warn"},
        {"unique_id": "model.onemart.d", "status": "success"},
    ]
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "floor.toml").write_text(f"dbt = {floor}\n")
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / SCRIPT.name
    script.write_text(SCRIPT.read_text())
    run_results = tmp_path / "run_results.json"
    run_results.write_text(json.dumps({"results": results}))
    command = [sys.executable, str(script), str(run_results)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == status
