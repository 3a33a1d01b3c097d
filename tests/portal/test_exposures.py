"""Whoever reads the marts is written down with an owner, and the file is never stale."""

import shutil
from pathlib import Path

import pytest
import yaml
from tests.mart.synthetic import PROJECT

from onemart.errors import UsageError
from onemart.exposures import EXPOSURES, declared, render_exposures, write_exposures
from onemart.portal.governance import DECLARED
from onemart.project import Project


@pytest.fixture
def copy(tmp_path: Path) -> Project:
    for folder in ("models", "python_models"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.pyc"))
    return Project(tmp_path)


def test_the_projects_exposures_are_not_stale() -> None:
    assert not write_exposures(Project(PROJECT), check=True), "run `onemart exposures`"


def test_they_are_written_once(copy: Project) -> None:
    (copy.root / EXPOSURES).unlink()
    assert write_exposures(copy, check=True)
    assert not (copy.root / EXPOSURES).exists()
    assert write_exposures(copy)
    assert not write_exposures(copy)


def test_each_has_an_owner_and_a_name_of_its_own() -> None:
    told = yaml.safe_load(render_exposures(Project(PROJECT)))["exposures"]
    assert len({one["name"] for one in told}) == len(told) == len(declared(Project(PROJECT)))
    assert all("@" in one["owner"]["email"] and one["description"] for one in told)
    places = {one["config"]["meta"]["shown_at"] for one in told}
    assert places >= {"index.html", "feeds/index.html", *(one.path for one in DECLARED)}


def board(project: Project, metric: str, owner: str) -> None:
    (project.root / "boards").mkdir()
    (project.root / "boards" / "tea.yml").write_text(
        f"title: Tea\nowner: {owner}\nqueries:\n  week: {{metrics: [{metric}], by: [week]}}\n"
    )


def test_a_board_is_an_exposure_of_the_metrics_that_it_shows(copy: Project) -> None:
    board(copy, "net_sales", "sales")
    told = yaml.safe_load(render_exposures(copy))["exposures"]
    (tea,) = (one for one in told if one["name"] == "portal_figures_boards_tea")
    assert tea["depends_on"] == ["metric('net_sales')"]
    assert tea["owner"]["name"] == "Sales Analytics"


@pytest.mark.parametrize(
    "metric, owner, problem",
    [
        ("net_dreams", "sales", "reads net_dreams"),
        ("net_sales", "nobody", "is owned by nobody"),
    ],
)
def test_what_there_is_not_cannot_be_read(
    copy: Project, metric: str, owner: str, problem: str
) -> None:
    board(copy, metric, owner)
    with pytest.raises(UsageError, match=problem):
        render_exposures(copy)
