"""What every dbt Python model keeps to, so that it runs on each warehouse and reads few rows."""

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MODELS = sorted((ROOT / "python_models").rglob("*.py"))


@pytest.fixture(params=MODELS, ids=lambda path: path.stem)
def model(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def described(model: Path) -> dict[str, Any]:
    [told] = yaml.safe_load(model.with_suffix(".yml").read_text())["models"]
    assert told["name"] == model.stem
    return dict(told)


def test_there_is_something_to_look_at() -> None:
    assert MODELS


def test_it_says_how_many_rows_an_input_has_and_a_test_holds_it(model: Path) -> None:
    told = described(model)
    assert told["config"]["meta"]["largest_input_row_count"] > 0
    assert "reads_bounded_inputs" in told["data_tests"]


def test_its_columns_have_types(model: Path) -> None:
    assert all(column["data_type"] for column in described(model)["columns"])


def test_it_is_short_and_calls_the_library_once(model: Path) -> None:
    code = model.read_text()
    assert len(code.splitlines()) <= 40
    imported = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("onemart.science.")
        for alias in node.names
    }
    called = [
        node.func.id
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert len(imported) == 1
    assert sum(name in imported for name in called) == 1


def test_it_holds_no_maths_and_nothing_bigquery_refuses(model: Path) -> None:
    code = ast.parse(model.read_text())
    refused = (ast.For, ast.While, ast.BinOp, ast.ListComp, ast.DictComp)
    assert not [node for node in ast.walk(code) if isinstance(node, refused)]
    # BigQuery's adapter puts code before the model's.
    assert not [
        node
        for node in code.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
