"""What the pages of governance are made of, on inputs that one can check by hand."""

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.mart.synthetic import PROJECT

from onemart.errors import OnemartError, UsageError
from onemart.portal.governance.cards import _flat
from onemart.portal.governance.docs import packed, sealed, slim_manifest
from onemart.portal.governance.erd import Relation, drawn, relations
from onemart.portal.governance.glossary import glossary
from onemart.portal.governance.metric_catalogue import formula
from onemart.portal.governance.owners import rights
from onemart.portal.governance.parity import parity
from onemart.portal.governance.promises import mart_promises
from onemart.project import Project


def test_every_word_that_the_glossary_points_to_is_there() -> None:
    terms = glossary(Project(PROJECT))
    named = {name for term in terms for name in term.here}
    models = {path.stem for path in (PROJECT / "models").rglob("*.sql")}
    metrics = {
        metric["name"]
        for path in (PROJECT / "models/semantic").glob("*.yml")
        for metric in yaml.safe_load(path.read_text()).get("metrics", ())
    }
    assert named - models - metrics == set()
    # The terms that the project took from the field.
    field = {"SKU", "Net sales", "COGS", "Gross margin", "RFM", "CLV", "p_alive", "Uplift", "Qini",
             "Holdout", "ROAS", "CAC", "MASE", "WAPE", "AUC", "Brier score", "PII"}  # fmt: skip
    assert field <= {term.term for term in terms}


@pytest.mark.parametrize(
    "entries, problem",
    [
        ([{"term": "A", "means": "b"}, {"term": "a", "means": "c"}], "explains a twice"),
        ([{"term": "A"}], "term or means is missing"),
        ([{"term": "A", "means": "b", "sea": "c"}], "sea is not known"),
    ],
)
def test_a_wrong_glossary_is_told(tmp_path: Path, entries: list[Any], problem: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/glossary.yml").write_text(yaml.safe_dump({"terms": entries}))
    with pytest.raises(UsageError, match=problem):
        glossary(Project(tmp_path))


def metric(kind: str, where: str = "", **params: Any) -> dict[str, Any]:
    every: dict[str, Any] = dict.fromkeys(
        ("measure", "numerator", "denominator", "expr", "metrics", "cumulative_type_params")
    )
    filters = {"where_filters": [{"where_sql_template": where}]} if where else None
    return {"type": kind, "type_params": every | params, "filter": filters}


MEASURES = {
    "sold": (
        {"name": "sold", "agg": "sum", "expr": "net_amount", "non_additive_dimension": None},
        "fct_sales_daily",
    ),
    "stock": (
        {
            "name": "stock",
            "agg": "sum",
            "expr": "on_hand",
            "non_additive_dimension": {"window_choice": "max"},
        },
        "fct_inventory_daily",
    ),
}


@pytest.mark.parametrize(
    "told, expected",
    [
        (metric("simple", measure={"name": "sold"}), "sum of net_amount"),
        (
            metric("simple", "{{ Dimension('store__is_open') }} = 1", measure={"name": "sold"}),
            "sum of net_amount, where store__is_open = 1",
        ),
        (
            metric("simple", measure={"name": "stock"}),
            "sum of on_hand on the last day of the period",
        ),
        (metric("ratio", numerator={"name": "a"}, denominator={"name": "b"}), "a ÷ b"),
        (
            metric("derived", expr="x - now", metrics=[{"name": "sales", "alias": "now"}]),
            "x - sales",
        ),
        (
            metric(
                "cumulative",
                measure={"name": "sold"},
                cumulative_type_params={"grain_to_date": "month", "window": None},
            ),
            "sum of net_amount since the month began",
        ),
    ],
)
def test_a_formula_is_told_in_words(told: dict[str, Any], expected: str) -> None:
    assert formula(told, MEASURES) == expected


DBML = """
Table "model.onemart.fct_orders" {
}
Ref: "model.onemart.fct_orders"."store_id" > "model.onemart.dim_stores"."store_id"
Ref: "model.onemart.fct_orders"."order_date" > "model.onemart.dim_dates"."date_day"
"""


def test_the_map_draws_each_relation_from_its_column_to_its_key() -> None:
    found = relations(DBML)
    assert found == [
        Relation("fct_orders", "order_date", "dim_dates", "date_day"),
        Relation("fct_orders", "store_id", "dim_stores", "store_id"),
    ]
    drawing = drawn(found, {"fct_orders": ("order_id",), "dim_stores": ("store_id",)})
    assert drawing is not None
    orders, dates, stores = drawing.boxes
    assert [text for text, _, is_key in orders.lines if is_key] == ["order_id"]
    assert [box.name for box in (orders, dates, stores)] == [
        "fct_orders",
        "dim_dates",
        "dim_stores",
    ]
    assert dates.y + dates.height < stores.y < drawing.height
    assert len(drawing.wires) == 2
    assert all(wire.startswith(f"M{orders.x + orders.width:.0f} ") for wire in drawing.wires)
    assert all(f" {dates.x:.0f} " in wire for wire in drawing.wires)
    assert drawn([], {}) is None


def test_documents_of_other_tools_can_reach_nothing() -> None:
    page = '<html><head lang="en"><title>x</title></head>"https://us.i.posthog.com/e"</html>'
    told = sealed(page)
    assert "posthog" not in told
    assert told.index("connect-src 'none'") < told.index("<title>")
    with pytest.raises(OnemartError):
        sealed("no page")


def test_a_packed_page_is_the_page_itself_and_smaller() -> None:
    page = "<html><head></head>" + "<p>größer</p>" * 1_000 + "</html>"
    told = packed(page, "Words")
    (text,) = re.findall(r'id="packed">([^<]*)<', told)
    assert gzip.decompress(base64.b64decode(text)).decode() == page
    assert len(told) < len(page) / 3
    assert told == packed(page, "Words")


def test_a_slim_manifest_has_no_rows_of_tests_and_no_ids_of_runs() -> None:
    manifest = {
        "metadata": {"project_name": "onemart", "invocation_id": "i", "user_id": "u"},
        "nodes": {
            "test.a": {
                "resource_type": "test",
                "fqn": [],
                "columns": {},
                "config": {"severity": "ERROR", "alias": "a"},
                "compiled_code": "select 1",
                "compiled_path": "somewhere",
            }
        },
        "sources": {},
        "macros": {
            "macro.dbt.a": {"package_name": "dbt", "macro_sql": "x"},
            "macro.onemart.b": {"package_name": "onemart", "macro_sql": "y"},
        },
        "unit_tests": {"unit.a": {"given": [{"rows": [1]}], "expect": {"rows": [2]}}},
    }
    told = slim_manifest(manifest)
    assert told["metadata"]["invocation_id"] is told["metadata"]["user_id"] is None
    assert told["nodes"]["test.a"]["compiled_code"] == ""
    assert "compiled_path" not in told["nodes"]["test.a"]
    assert [one["macro_sql"] for one in told["macros"].values()] == ["", "y"]
    assert told["unit_tests"]["unit.a"]["given"] == []


def test_a_deprecated_column_is_on_its_way_out() -> None:
    node = {
        "resource_type": "model",
        "name": "fct_orders",
        "group": "sales",
        "description": "One row per order. More.",
        "columns": {
            "order_id": {"description": "The order."},
            "old_id": {"description": "Deprecated, use order_id."},
        },
        "config": {"contract": {"enforced": True}},
        "deprecation_date": "2027-01-01T00:00:00Z",
    }
    test = {"resource_type": "test", "attached_node": "model.onemart.fct_orders"}
    (told,) = mart_promises({"nodes": {"model.onemart.fct_orders": node, "test.a": test}})
    assert (told.grain, told.deprecated, told.leaves, told.tests) == (
        "One row per order", ("old_id",), "2027-01-01", 1,
    )  # fmt: skip


def test_figures_of_a_card_are_told_by_their_path() -> None:
    assert list(_flat('{"a": {"b": 1, "c": null}, "d": "x"}')) == [
        ("a, b", 1), ("a, c", None), ("d", "x"),
    ]  # fmt: skip


def test_rights_are_those_of_the_seed() -> None:
    assert {"analysts", "data-stewards"} <= {
        one["principal_name"] for one in rights(Project(PROJECT))
    }


def test_a_certificate_is_shown_when_one_was_made(tmp_path: Path) -> None:
    assert parity(Project(tmp_path)) is None
    folder = tmp_path / "target" / "parity"
    folder.mkdir(parents=True)
    model = {"shop": "demo", "model": "fct_orders", "rows_duckdb": 5, "equal": False,
             "problems": [], "values_that_differ": 2}  # fmt: skip
    told = {"equal": False, "verdict": "1 of 1 tables differ.", "facts": {"when": "today"},
            "models": [model], "not_verified": ["quotas"]}  # fmt: skip
    (folder / "certificate.json").write_text(json.dumps(told))
    found = parity(Project(tmp_path))
    assert found is not None
    assert found.shops == (("demo", 1, 5, 1),)
    assert found.differing == (("demo", "fct_orders", "2 values differ"),)
