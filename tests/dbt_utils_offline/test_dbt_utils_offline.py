"""The project's own dbt_utils against values worked out by hand."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OFFLINE = ROOT / "packages" / "dbt_utils_offline"


@dataclass(frozen=True)
class Trial:
    """A scratch project after `dbt build`."""

    folder: Path
    failures: dict[str, int | None]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.folder / "trial.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    folder = tmp_path_factory.mktemp("offline") / "project"
    shutil.copytree(HERE / "project", folder)
    shutil.copytree(OFFLINE, folder / "dbt_packages" / "dbt_utils")
    dbt = Path(sys.executable).with_name("dbt")
    finished = subprocess.run(
        [str(dbt), "--quiet", "build", "--profiles-dir", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    broken = [result["message"] for result in results if result["status"] in {"error", "skipped"}]
    assert not broken, finished.stdout
    return Trial(
        folder,
        {
            result["unique_id"].split(".")[2]: result["failures"]
            for result in results
            if result["unique_id"].startswith("test.")
        },
    )


def test_a_spine_of_days_crosses_a_leap_day_and_stops_before_its_end(trial: Trial) -> None:
    days = trial.rows("select cast(date_day as date) from leap_days order by 1")
    assert [day for (day,) in days] == [
        date(2024, 2, 27),
        date(2024, 2, 28),
        date(2024, 2, 29),
        date(2024, 3, 1),
    ]


def test_a_spine_of_months_crosses_a_year(trial: Trial) -> None:
    months = trial.rows("select cast(date_month as date) from months order by 1")
    assert [month for (month,) in months] == [date(2023, 12, 1), date(2024, 1, 1)]


def test_tests_fail_on_exactly_the_rows_that_break_them(trial: Trial) -> None:
    expected = {
        name: int(name.rsplit("_", 1)[1]) if name.startswith("fails_") else 0
        for name in trial.failures
    }
    assert trial.failures == expected
    assert len(expected) == 19


def test_the_package_holds_what_the_project_uses_and_nothing_else() -> None:
    used = {
        macro
        for folder in ("models", "macros", "python_models", "seeds", "tests/dbt")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".sql", ".yml"}
        for macro in re.findall(r"\bdbt_utils\.(\w+)", path.read_text())
    }
    assert used == {path.stem for path in OFFLINE.glob("macros/*/*.sql")}
