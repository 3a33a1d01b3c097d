"""What a workflow runs is a make target that runs here, too; it may do no more than it needs."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
# Beside the project's own. Whoever adds one says why it may be trusted.
ACTIONS = {
    "actions/cache",
    "actions/cache/restore",
    "actions/cache/save",
    "actions/checkout",
    "actions/deploy-pages",
    "actions/download-artifact",
    "actions/github-script",
    "actions/setup-python",
    "actions/upload-artifact",
    "actions/upload-pages-artifact",
    "google-github-actions/auth",
}
MAKE = re.compile(r"make((?: [a-z][a-z-]*)+)((?: [A-Z]+=\S+(?: \}\})?)*)")
EXPRESSION = re.compile(r"\$\{\{.*?\}\}")


def _read(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(path.read_text())
    return told


def _steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in _read(path)["jobs"].items():
            for step in job["steps"]:
                yield f"{path.stem}.{name}", step
    for path in sorted(GITHUB.rglob("action.yml")):
        for step in _read(path)["runs"]["steps"]:
            yield path.parent.name, step


RUNS = [(where, step["run"]) for where, step in _steps() if "run" in step]


def test_each_of_the_workflows_is_looked_at() -> None:
    names = {path.stem for path in WORKFLOWS}
    assert names == {"comment", "main", "pull_request", "schedule"}
    assert {where.split(".")[0] for where, _ in RUNS} == {"main", "pull_request", "schedule"}


@pytest.mark.parametrize("where,command", RUNS)
def test_what_runs_is_a_make_target(where: str, command: str) -> None:
    told = MAKE.fullmatch(EXPRESSION.sub("x", command).strip())
    assert told, f"{where} runs `{command}`, which nobody can run here"
    make = shutil.which("make")
    assert make
    # `make` would set up environments that are not there; -n only says how.
    done = subprocess.run(
        [make, "-n", *told[1].split(), *told[2].split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(told[1].split()) <= _explained(), "make help does not know it"


def _explained() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_a_run_that_is_no_target_would_be_seen() -> None:
    assert MAKE.fullmatch("make build ci-state STATE=../state/x")
    for command in ("pip install onemart", "make lint; curl x", "make lint && x", "make\nx"):
        assert not MAKE.fullmatch(command)


@pytest.mark.parametrize("where,step", [(w, s) for w, s in _steps() if "uses" in s])
def test_actions_are_known_and_pinned_by_major_version(where: str, step: dict[str, Any]) -> None:
    action, _, version = step["uses"].partition("@")
    if action.startswith("./"):
        assert (ROOT / action / "action.yml").is_file(), where
    else:
        assert action in ACTIONS, where
        assert re.fullmatch(r"v\d+", version), where


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_rights_are_the_least(path: Path) -> None:
    told = _read(path)
    assert told["permissions"] in ({}, {"contents": "read"})
    granted = {
        (path.stem, name, right)
        for name, job in told["jobs"].items()
        for right, level in job.get("permissions", {}).items()
        if level == "write"
    }
    assert granted <= {
        ("comment", "comment", "pull-requests"),
        ("main", "pages", "id-token"),
        ("main", "pages", "pages"),
        ("schedule", "shop", "id-token"),
    }
    assert all("timeout-minutes" in job for job in told["jobs"].values())
    assert "concurrency" in told or any("concurrency" in job for job in told["jobs"].values())


def test_a_pull_request_needs_no_secret_and_may_come_from_a_fork() -> None:
    text = (GITHUB / "workflows/pull_request.yml").read_text()
    assert "secrets." not in text
    assert list(_read(GITHUB / "workflows/pull_request.yml")["on"]) == ["pull_request"]
    # What may write runs nothing that the pull request brought.
    comment = _read(GITHUB / "workflows/comment.yml")
    assert list(comment["on"]) == ["workflow_run"]
    steps = [step for job in comment["jobs"].values() for step in job["steps"]]
    assert [step["uses"].partition("@")[0] for step in steps] == [
        "actions/download-artifact",
        "actions/github-script",
    ]


def test_the_comment_follows_the_workflow_that_reports() -> None:
    named = _read(GITHUB / "workflows/comment.yml")["on"]["workflow_run"]["workflows"]
    assert named == [_read(GITHUB / "workflows/pull_request.yml")["name"]]
    from onemart.ci.report import MARK

    assert f"const mark = '{MARK}';" in (GITHUB / "workflows/comment.yml").read_text()


def test_hours_and_nights_are_asked_for_as_they_are_scheduled() -> None:
    path = GITHUB / "workflows/schedule.yml"
    crons = {one["cron"] for one in _read(path)["on"]["schedule"]}
    assert set(re.findall(r"github\.event\.schedule == '([^']+)'", path.read_text())) == crons


@pytest.mark.parametrize(
    "environment,status",
    [({}, 0), ({"CI": "true"}, 2), ({"CI": "true", "ONEMART_PII_KEY": "k"}, 0)],
)
@pytest.mark.parametrize("target", ["hourly", "nightly"])
def test_ci_makes_no_key_that_it_would_forget(
    target: str, environment: dict[str, str], status: int, tmp_path: Path
) -> None:
    make, sh = shutil.which("make"), shutil.which("sh")
    assert make
    assert sh
    told = subprocess.run(
        [make, "-n", target], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    [guard] = [line for line in told.splitlines() if "ONEMART_PII_KEY" in line]
    done = subprocess.run(
        [sh, "-c", guard],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status
    assert ("docs/ci.md" in done.stderr) == bool(status)
