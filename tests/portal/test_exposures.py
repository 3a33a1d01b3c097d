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
        shutil.copytree(PROJECT / folder, tmp_path / folder)
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


def test_a_board_is_an_exposure_of_what_its_sql_reads(copy: Project) -> None:
    (copy.root / "boards").mkdir()
    (copy.root / "boards" / "tea.yml").write_text(
        "title: Tea\nowner: sales\nsql: select * from marts.fct_orders\n"
    )
    told = yaml.safe_load(render_exposures(copy))["exposures"]
    (board,) = (one for one in told if one["name"] == "portal_boards_tea")
    assert board["depends_on"] == ["ref('fct_orders')"]
    assert board["owner"]["name"] == "Sales Analytics"


@pytest.mark.parametrize(
    "text, problem",
    [
        ("owner: sales\nsql: select * from marts.fct_dreams", "reads fct_dreams"),
        ("owner: nobody\nsql: select 1", "is owned by nobody"),
    ],
)
def test_what_there_is_not_cannot_be_read(copy: Project, text: str, problem: str) -> None:
    (copy.root / "boards").mkdir()
    (copy.root / "boards" / "tea.yml").write_text(f"title: Tea\n{text}\n")
    with pytest.raises(UsageError, match=problem):
        render_exposures(copy)
