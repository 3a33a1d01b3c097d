"""The report's figures, on tables that a hand can count; and the code behind a Python model."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from onemart.ci.differences import ModelChange, compare_models
from onemart.ci.fitted_by import code_of_python_models
from onemart.ci.report import MARK, Verdicts, report_text
from onemart.project import Project
from onemart.warehouse import Warehouse, open_warehouse

BEFORE = """
    create schema marts;
    create table marts.fct_sales as
        select * from (
            values (1, 'a', 0.1::double, 10), (2, 'b', 0.2, 20)
        ) as t (id, name, rate, old);
    create table marts.fct_same as select 1 as id, 0.1::double as rate;
    create table marts.fct_gone as select 1 as id;
    create table marts.fct_more as select 1 as id;
    create view marts.dim_view as select 1 as id;
"""
NOW = """
    create schema marts;
    create table marts.fct_sales as
        select * from (
            values (3::bigint, 'c', 0.3::double, 1), (1, 'a', 0.1, 1)
        ) as t (id, name, rate, wave);
    create table marts.fct_same as select 1 as id, 0.1::double + 1e-17 as rate;
    create table marts.fct_new as select 1 as id;
    create table marts.fct_more as select unnest([1, 2]) as id;
    create view marts.dim_view as select 2 as id;
"""


def _nodes(*names: str) -> dict[str, Any]:
    return {f"model.onemart.{name}": {"schema": "marts", "alias": name} for name in names}


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Warehouse]]:
    folder = tmp_path_factory.mktemp("differences")
    shop = Project(folder).shop("demo")
    with ExitStack() as files:
        opened = []
        for name, tables in {"before": BEFORE, "now": NOW}.items():
            path = folder / name / "demo.duckdb"
            one = files.enter_context(open_warehouse(replace(shop, warehouse=path), target="dev"))
            one.run(tables)
            opened.append(one)
        yield opened


@pytest.fixture(scope="module")
def changes(warehouses: list[Warehouse]) -> dict[str, ModelChange]:
    before, now = warehouses
    both = ("fct_sales", "fct_same", "fct_more", "dim_view", "fct_failed")
    asked = {**dict.fromkeys(_nodes(*both, "fct_gone", "fct_new"), "changed")}
    told = compare_models(
        (before, _nodes(*both, "fct_gone")), (now, _nodes(*both, "fct_new")), asked
    )
    return {change.name: change for change in told}


def test_rows_columns_types_and_values(changes: dict[str, ModelChange]) -> None:
    assert changes["fct_sales"] == ModelChange(
        "fct_sales",
        "changed",
        (2, 2),
        added=["wave"],
        removed=["old"],
        retyped={"id": ("integer", "bigint")},
        moved=["name", "rate"],
    )


def test_the_last_digits_of_a_float_and_the_order_of_rows_are_no_difference(
    changes: dict[str, ModelChange], warehouses: list[Warehouse]
) -> None:
    assert changes["fct_same"].is_as_before
    assert not changes["fct_sales"].is_as_before
    # Read twice in another order, the same rows.
    now = warehouses[1]
    now.run("create table marts.fct_turned as from marts.fct_sales order by id")
    turned = {"model.onemart.fct_sales": {"schema": "marts", "alias": "fct_turned"}}
    [change] = compare_models(
        (now, _nodes("fct_sales")), (now, turned), {"model.onemart.fct_sales": "rebuilt"}
    )
    assert change.is_as_before


def test_what_is_new_is_gone_or_failed(changes: dict[str, ModelChange]) -> None:
    assert changes["fct_new"] == ModelChange("fct_new", "new", (None, 1))
    assert changes["fct_gone"] == ModelChange("fct_gone", "removed", (1, None))
    assert changes["fct_failed"] == ModelChange("fct_failed", "changed", (None, None))


def test_with_other_rows_no_column_is_blamed(changes: dict[str, ModelChange]) -> None:
    assert changes["fct_more"] == ModelChange("fct_more", "changed", (1, 2))
    told = report_text("demo", [changes["fct_more"]], Verdicts(Counter(), []), commit="", seconds=1)
    assert "| `fct_more` | changed | 1 | 2 | +1 (+100.0%) |  | other rows |" in told


def test_values_of_a_view_are_not_compared(changes: dict[str, ModelChange]) -> None:
    assert changes["dim_view"] == ModelChange("dim_view", "changed", (1, 1), moved=None)


def test_failures_are_told_without_values(warehouses: list[Warehouse]) -> None:
    results = [
        {"unique_id": "test.onemart.sound.0a1", "status": "pass", "message": None},
        {"unique_id": "test.onemart.skipped.1", "status": "skipped", "message": None},
        {
            "unique_id": "model.onemart.fct_sales",
            "status": "error",
            "message": "Runtime Error in model fct_sales (models/x.sql)\n"
            "  Conversion Error: Could not convert string 'jane@example.com' to INT32",
        },
        {
            "unique_id": "test.onemart.unique_id.9f3",
            "status": "fail",
            "message": "Got 2 `results` @everyone <b>",
        },
    ]
    tests = Verdicts.of(results, warehouses[1])
    assert tests.counts == Counter({"pass": 1, "skipped": 1, "fail": 1})
    told = report_text("demo", [], tests, commit="", seconds=1)
    assert "- `fct_sales`: `` Conversion Error: a value does not fit" in told
    assert "jane" not in told
    # In a span of code nobody is notified and nothing is HTML.
    assert "- `unique_id`: `` Got 2 results @everyone <b> ``" in told
    assert "1 test passed, **1 failed**, 1 skipped." in told


def test_only_what_differs_further_down_is_listed() -> None:
    changes = [
        ModelChange("fct_a", "changed", (1_000, 1_100), moved=[f"c{n}" for n in range(14)]),
        ModelChange("fct_b", "rebuilt", (5, 5), moved=[]),
        ModelChange("fct_c", "rebuilt", (5, 5), moved=["x"]),
    ]
    told = report_text("demo", changes, Verdicts(Counter(), []), commit="abc", seconds=2)
    assert told.startswith(MARK)
    assert "| `fct_a` | changed | 1,000 | 1,100 | +100 (+10.0%) |  | `c0`," in told
    assert "`c11` and 2 more |" in told
    assert "| `fct_c` | rebuilt | 5 | 5 | none |  | `x` |" in told
    assert "fct_b" not in told
    assert "2 more built because they read them, 1 of these with another outcome" in told


def test_code_that_a_python_model_calls_belongs_to_it(tmp_path: Path) -> None:
    science = tmp_path / "onemart" / "science"
    science.mkdir(parents=True)
    for folder in (science.parent, science):
        (folder / "__init__.py").write_text("")
    (science / "fit.py").write_text("def fit():\n    from onemart.science import deep\n")
    (science / "deep.py").write_text("LIMIT = 1\n")
    (science / "other.py").write_text("LIMIT = 1\n")
    manifest = {
        "nodes": {
            "model.onemart.fit": {
                "language": "python",
                "raw_code": "from onemart.science.fit import fit\n",
            },
            "model.onemart.sql": {"language": "sql", "raw_code": "select 1"},
        }
    }
    first = code_of_python_models(manifest, tmp_path)
    assert list(first) == ["model.onemart.fit"]
    (science / "other.py").write_text("LIMIT = 2\n")
    assert code_of_python_models(manifest, tmp_path) == first
    (science / "deep.py").write_text("LIMIT = 2\n")
    assert code_of_python_models(manifest, tmp_path) != first
