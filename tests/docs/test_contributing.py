"""CONTRIBUTING's worked example, done as a new contributor would: its files, then its commands."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = (
    "dbt_project.yml", "profiles.yml", "packages.yml", "dbt_packages", "expectations", "macros",
    "models", "python_models", "seeds", "packages", "tests/dbt",
)  # fmt: skip
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`((?:expectations|models)/[\w/.]+)`")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Copy the project as far as dbt and the gate read it."""
    for part in PARTS:
        source, target = ROOT / part, tmp_path / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    return tmp_path


def worked_example() -> tuple[dict[str, str], list[str]]:
    """Return the example's files by path, and its blocks of commands."""
    text = (ROOT / "CONTRIBUTING.md").read_text().split("## Add a feed")[1].split("\n## ")[0]
    files, commands, end = {}, [], 0
    for block in FENCED.finditer(text):
        if block[1]:
            [*_, path] = NAMED.findall(text[end : block.start()])
            files[path] = block[2]
        else:
            commands.append(block[2])
        end = block.end()
    return files, commands


def run(clone: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the environment's programs on the path, as in an active venv."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "100"}
    environment.pop("ONEMART_SHOP", None)
    environment.pop("ONEMART_WAREHOUSE", None)
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_worked_example_works(clone: Path) -> None:
    files, [commands] = worked_example()
    assert len(files) == 3
    for path, content in files.items():
        (clone / path).write_text(content)

    first = run(clone, commands)
    assert first.returncode == 3, first.stdout + first.stderr
    assert "1 of 3 lines are bad" in " ".join(first.stdout.split())

    contract = clone / "expectations/complete_journey/store_visits.yml"
    told = contract.read_text().replace(
        "      relation: replacePeriod", "      relation: replacePeriod\n      maxBadShare: 0.5"
    )
    contract.write_text(told)
    [rejected] = (clone / "rejected").rglob("*.csv")
    rejected.rename(
        clone / "landing/complete_journey/complete_journey/store_visits" / rejected.name
    )
    second = run(clone, "onemart land")
    assert second.returncode == 0, second.stdout + second.stderr

    built = run(clone, "dbt build --select stg_complete_journey__store_visits")
    assert built.returncode == 0, built.stdout
    shown = run(clone, 'onemart query "select * from staging.stg_complete_journey__store_visits"')
    assert [line.split() for line in shown.stdout.splitlines() if "2017-12-30" in line] == [
        ["367", "2017-12-30", "812"],
        ["406", "2017-12-30", "655"],
    ]
