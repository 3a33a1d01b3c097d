"""LookML, MetricFlow and the mart give one number for every metric, on a small shop."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.verify.lookml_asked import differences, field_of, has_field, of_looker, of_metricflow
from tests.verify.test_metrics import defined, opened

from onemart.cli import run
from onemart.lookml.boards import add_dashboards
from onemart.lookml.check import check_lookml
from onemart.lookml.definitions import Definitions, read_definitions
from onemart.lookml.files import files_of, write_files
from onemart.lookml.project import Project, make_project
from onemart.lookml.read import Lookml, read_lookml
from onemart.lookml.spread import PERIOD_GRAINS
from onemart.lookml.translate import Asked, explore_sql
from onemart.metrics.layer import Layer, Question
from onemart.portal.figures import PAGES
from onemart.portal.figures.declaration import read_declarations
from onemart.verify.parity import Parity
from onemart.warehouse import Warehouse

GRAINS = ([], ["month"], ["retail_period"], ["store__state"], ["week", "product__category"])


@dataclass
class Asking:
    """A shop's LookML, its metrics and its warehouse."""

    made: Project
    definitions: Definitions
    lookml: Lookml
    manifest: dict[str, Any]
    layer: Layer
    warehouse: Warehouse

    def explores(self) -> dict[str, list[str]]:
        """The metrics of each explore that has some by day or month."""
        found: dict[str, list[str]] = {}
        for metric, explore in self.made.places.items():
            if self.layer.metrics[metric]["type"] != "cumulative":
                found.setdefault(explore, []).append(metric)
        return found


@pytest.fixture(scope="module")
def asking(parity: Parity, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    manifest = json.loads((parity.shops[0].folder / "dbt/target/manifest.json").read_text())
    folder = tmp_path_factory.mktemp("lookml")
    with opened(parity) as (semantic, layer, warehouse):
        definitions = read_definitions(manifest, semantic, warehouse.table)
        made = make_project(definitions, "duckdb")
        add_dashboards(made, read_declarations(PAGES), definitions)
        files = files_of(made, connection="shop", closed="select 1", dashboards=made.dashboards)
        write_files(folder, files)
        yield Asking(made, definitions, read_lookml(folder), semantic, layer, warehouse)


def test_every_metric_has_its_place_and_all_holds_together(asking: Asking) -> None:
    assert check_lookml(asking.lookml, asking.definitions, "duckdb") == []
    assert {*asking.made.places, *asking.made.left_out} == set(asking.definitions.metrics)
    assert asking.made.left_out == {}


@pytest.mark.parametrize("parts", GRAINS, ids=lambda parts: " and ".join(parts) or "in all")
def test_metrics_are_as_metricflow_has_them(asking: Asking, parts: list[str]) -> None:
    found, asked = [], []
    for explore, metrics in asking.explores().items():
        fields = [field_of(asking.lookml, explore, part) for part in parts]
        is_known = all(has_field(asking.lookml, explore, field) for field in fields)
        if is_known and set(parts) <= set(asking.layer.parts(metrics)):
            question = Question(metrics, parts)
            looker = of_looker(asking.lookml, asking.warehouse, explore, metrics, fields)
            flow = of_metricflow(asking.layer, asking.warehouse, question, len(parts))
            found += differences(looker, flow)
            asked += metrics
    assert found == []
    assert "net_sales" in asked
    assert parts or set(asked) == {name for names in asking.explores().values() for name in names}


def test_metrics_are_what_the_marts_add_up_to(asking: Asking) -> None:
    found, expected = {}, {}
    for explore, metrics in asking.explores().items():
        [figures] = of_looker(asking.lookml, asking.warehouse, explore, metrics, []).values()
        found |= figures
        for name in metrics:
            value = defined(asking.manifest, name, asking.warehouse)
            expected[name] = None if value is None else pytest.approx(value)
    assert found == expected


def test_cumulative_metrics_are_as_metricflow_has_them_by_day(asking: Asking) -> None:
    metrics = {name: asking.made.places[name] for name, told in asking.layer.metrics.items()
               if told["type"] == "cumulative"}  # fmt: skip
    found = []
    for name, explore in metrics.items():
        fields = [f"{explore}.figure_date", "stores.state"]
        looker = of_looker(asking.lookml, asking.warehouse, explore, [name], fields)
        question = Question([name], ["day", "store__state"])
        found += differences(looker, of_metricflow(asking.layer, asking.warehouse, question, 2))
        assert looker
    assert found == []
    assert len(metrics) >= 3


@pytest.mark.parametrize("compare, side", [("previous", "previous"), ("yoy", "last_year")])
@pytest.mark.parametrize("grain", ["month", "retail_week"])
def test_periods_are_compared_as_the_metrics_layer_does(
    asking: Asking, grain: str, compare: str, side: str
) -> None:
    found = []
    for explore, metrics in asking.explores().items():
        view = f"{explore}_by_period"
        [allowed] = asking.lookml.views[view][1]["parameters"]
        if grain not in {one["value"] for one in allowed["allowed_values"]}:
            continue
        names = [
            f"{name}{end}" for name in metrics for end in ("", f"_{side}", f"_growth_on_{side}")
        ]
        fields = [f"{view}.period_date"]
        looker = of_looker(asking.lookml, asking.warehouse, view, names, fields,
                           {"period_grain": grain})  # fmt: skip
        question = Question(metrics, [grain], compare=compare)
        layer = {
            key: {name.replace("_growth", f"_growth_on_{side}"): value
                  for name, value in row.items()}
            for key, row in of_metricflow(asking.layer, asking.warehouse, question, 1).items()
        }  # fmt: skip
        found += differences(looker, layer)
    assert found == []


def test_every_element_of_a_dashboard_can_be_asked(asking: Asking) -> None:
    assert set(asking.lookml.dashboards) == {page.stem for page in PAGES.glob("*.yml")}
    asked = 0
    for _, board in asking.lookml.dashboards.values():
        for element in board["elements"]:
            question = Asked(element["explore"], element["fields"], element.get("filters", {}))
            names, _ = asking.warehouse.head(explore_sql(asking.lookml, question), 10)
            assert len(names) == len(element["fields"])
            asked += 1
    assert asked >= sum(len(page.panels) for page in read_declarations(PAGES))


def test_figures_that_are_no_metrics_are_what_the_mart_adds_up_to(asking: Asking) -> None:
    found, expected = {}, {}
    for page in read_declarations(PAGES):
        for cube in (one for one in page.cubes.values() if one.model):
            view = f"{page.name}_{cube.name}"
            sums = [one for one in cube.measures if one.sum]
            [figures] = of_looker(
                asking.lookml, asking.warehouse, view, [one.name for one in sums], []
            ).values()
            table = asking.definitions.tables[cube.model]
            joined = "".join(
                f" left join {asking.definitions.tables[other].relation} as {other} using ({key})"
                for other, key in cube.join.items()
            )
            [row] = asking.warehouse.dicts(
                f"select {', '.join(f'sum({one.sum}) as {one.name}' for one in sums)}"
                f" from {table.relation} as {cube.model}{joined} where {cube.where or 'true'}"
            )
            found |= {(view, name): value for name, value in figures.items()}
            expected |= {
                (view, name): pytest.approx(float(value or 0)) for name, value in row.items()
            }
    assert found == expected
    assert any(found.values())


def test_grains_of_periods_are_those_of_the_calendar(asking: Asking) -> None:
    rows = asking.warehouse.rows("select distinct grain from marts.dim_periods")
    assert set(PERIOD_GRAINS) <= {grain for (grain,) in rows}


def test_no_field_has_pii_without_the_grant(asking: Asking) -> None:
    assert {"email", "phone", "full_name", "transcript"} <= asking.definitions.personal
    open_fields = {
        field["sql"].removeprefix("${TABLE}.")
        for view in asking.made.views.values()
        for kind in ("dimensions", "dimension_groups", "measures")
        for field in view.get(kind, [])
        if "required_access_grants" not in field
    }
    assert not open_fields & asking.definitions.personal


def test_the_command_writes_for_looker_on_bigquery(
    parity: Parity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with parity.shops[0].environment():
        monkeypatch.setenv("ONEMART_BIGQUERY_PROJECT", "acme")
        monkeypatch.setenv("ONEMART_BIGQUERY_DATASET", "mart")
        assert run(["lookml", "--target", "bigquery", "--to", str(tmp_path)]) == 0
    view = (tmp_path / "views/daily_sales.view.lkml").read_text()
    assert "sql_table_name: `acme`.`mart_marts`.`fct_sales_daily` ;;" in view
    assert 'value: "onemart"' in (tmp_path / "manifest.lkml").read_text()
