"""A pull request, from end to end: a state is kept, a model changes, and only that is built."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.mart.small_shops import SmallShop
from tests.mart.synthetic import PROJECT, SyntheticWarehouse

from onemart.build import Built
from onemart.ci.report import pull_request_report
from onemart.ci.slim import Slim, _prepare_feeds, slim_build, slim_folder
from onemart.ci.state import State, hash_contracts, keep_state, open_state
from onemart.errors import UsageError
from onemart.project import Project, Shop
from onemart.results import read_results

PARTS = (
    "dbt_project.yml", "profiles.yml", "packages.yml", "dbt_packages", "expectations", "macros",
    "models", "python_models", "seeds", "packages", "src", "tests/dbt",
)  # fmt: skip
MODEL = "models/marts/marketing/dim_campaigns"
READERS = {"int_feeds_counted_in_marts", "rpt_reconciliation"}


@dataclass
class PullRequest:
    """What came of the change of `MODEL`: one column new."""

    project: Project
    shop: Shop
    state: State
    built: Built
    report: str


@pytest.fixture(scope="module")
def pull_request(
    empty_warehouse: SyntheticWarehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PullRequest]:
    root = tmp_path_factory.mktemp("changed")
    for part in PARTS:
        source, target = PROJECT / part, root / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    empty_warehouse.run("checkpoint")
    warehouse = root / empty_warehouse.path.name
    shutil.copyfile(empty_warehouse.path, warehouse)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.delenv("ONEMART_PROJECT_DIR", raising=False)
        patch.setenv("ONEMART_TARGET", "dev")
        patch.setenv("ONEMART_SHOP", "complete_journey")
        patch.setenv("ONEMART_WAREHOUSE", str(warehouse))
        project = Project(root)
        shop = project.shop()
        state = keep_state(project, shop, root / "state")
        _change(root)
        built = slim_build(project, shop, state)
        report = pull_request_report(project, shop, open_state(state.folder, shop))
        yield PullRequest(project, shop, state, built, report)


def _change(root: Path) -> None:
    sql, told = (root / f"{MODEL}{ending}" for ending in (".sql", ".yml"))
    text = sql.read_text()
    for old, new in {
        "        is_inferred\n": "        is_inferred,\n        1 as wave\n",
        "false as is_inferred\n": "false as is_inferred,\n        1 as wave\n",
    }.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    sql.write_text(text)
    columns = "    columns:\n"
    text = told.read_text()
    assert text.count(columns) == 1
    wave = "      - {name: wave, data_type: integer, description: Which wave.}\n"
    told.write_text(text.replace(columns, columns + wave))


def test_only_what_changed_and_what_reads_it_is_built(pull_request: PullRequest) -> None:
    folder = slim_folder(pull_request.project, pull_request.shop)
    results = json.loads((folder / "run_results.json").read_text())["results"]
    models = {r["unique_id"].split(".")[-1] for r in results if r["unique_id"].startswith("model.")}
    assert models == {"dim_campaigns", *READERS}
    assert Slim.read(folder).modified == ["model.onemart.dim_campaigns"]
    assert pull_request.built.tests_passed > 0


def test_the_base_stays_as_it_was(pull_request: PullRequest) -> None:
    kept = SyntheticWarehouse(pull_request.state.warehouse)
    folder = slim_folder(pull_request.project, pull_request.shop)
    built = SyntheticWarehouse(folder / kept.path.name)
    columns = "select count(*) from duckdb_columns() where column_name = 'wave'"
    assert (kept.run(columns), built.run(columns)) == ([(0,)], [(1,)])
    # What did not change is there, too: whoever looks into the slim build finds a whole shop.
    assert built.run("select count(*) from marts.dim_dates") == kept.run(
        "select count(*) from marts.dim_dates"
    )


def test_the_portal_of_the_shop_knows_nothing_of_it(pull_request: PullRequest) -> None:
    assert read_results(pull_request.project, pull_request.shop) is None


def test_the_report_tells_rows_columns_and_tests(pull_request: PullRequest) -> None:
    lines = pull_request.report.splitlines()
    [told] = [line for line in lines if line.startswith("| `dim_campaigns`")]
    cells = [cell.strip() for cell in told.strip("|").split("|")]
    counted = ["changed", "1", "1", "none", "+ `wave`", "none"]
    assert cells == ["`dim_campaigns`", *counted]
    assert "**1 model changed**, 2 more built because they read them" in pull_request.report
    assert f"{pull_request.built.tests_passed:,} tests passed, **0 failed**" in pull_request.report


def test_a_state_of_another_shop_is_refused(pull_request: PullRequest) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ONEMART_WAREHOUSE")
        other = pull_request.project.shop("demo")
    with pytest.raises(UsageError, match=r"no state of shop demo: demo\.duckdb is missing"):
        open_state(pull_request.state.folder, other)


def test_states_are_of_files(pull_request: PullRequest) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ONEMART_TARGET", "bigquery")
        with pytest.raises(UsageError, match="Unset ONEMART_TARGET"):
            keep_state(pull_request.project, pull_request.shop, pull_request.state.folder)
    assert os.environ["ONEMART_TARGET"] == "dev"


def test_a_contract_that_grew_gets_its_column_in_the_copy(tmp_path: Path) -> None:
    base = SmallShop.open(tmp_path / "base", "complete_journey")
    contracts = hash_contracts(base.project)
    (tmp_path / "about.json").write_text(json.dumps({"contracts": contracts}))
    grown = base.project.contracts / "complete_journey" / "households.yml"
    text = grown.read_text()
    column = (
        "      - {name: shoe_size, logicalType: integer, classification: internal,"
        " description: In centimetres.}\n"
    )
    assert text.count("    properties:\n") == 1
    grown.write_text(text.replace("    properties:\n", "    properties:\n" + column))
    shop = replace(base.project.shop("complete_journey"), warehouse=base.path)
    _prepare_feeds(base.project, shop, State(tmp_path, base.path))
    rows = base.run("select shoe_size from raw.complete_journey__households__current")
    assert rows == []
