"""A page of Figures is a dashboard, over explores of metrics and views of its own."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from tests.lookml.conftest import manifest, semantic_manifest

from onemart.lookml.boards import add_dashboards
from onemart.lookml.check import check_lookml
from onemart.lookml.definitions import Definitions, read_definitions
from onemart.lookml.files import files_of, write_files
from onemart.lookml.project import Project, make_project
from onemart.lookml.read import read_lookml
from onemart.lookml.translate import Asked, explore_sql
from onemart.portal.figures.declaration import read_declarations
from onemart.warehouse.bigquery_dialect import BigqueryDialect

PAGE = """
title: Trade
summary: What is sold.
owner: sales
cubes:
  sold: {metrics: [amount_metric, per_visitor], by: [month, state]}
  people:
    model: fct_visits
    by: {month: visit_date, city: dim_stores.city}
    join: {dim_stores: store_id}
    where: count_of_people > 4
    measures:
      guests: {label: Guests, definition: People who came., unit: people, sum: count_of_people}
      visits: {label: Visits, definition: Visits., unit: visits, sum: "1"}
      group_size:
        {label: Size, definition: Guests per visit., unit: ratio, ratio: [guests, visits]}
panels:
  - {title: At a glance, cube: sold, chart: numbers, show: [amount_metric, per_visitor], wide: true}
  - {title: By month, cube: sold, chart: stack, show: [amount_metric], by: [month, state]}
  - {title: Guests, cube: people, chart: rank, show: [guests], by: [city], pick: {city: Kiel}}
  - {title: Comparisons, cube: sold, chart: comparisons, show: [amount_metric]}
"""


@pytest.fixture
def board(definitions: Definitions, tmp_path: Path) -> tuple[Project, Path]:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "trade.yml").write_text(PAGE)
    made = make_project(definitions, "duckdb")
    add_dashboards(made, read_declarations(pages), definitions)
    folder = tmp_path / "lookml"
    write_files(
        folder,
        files_of(made, connection="shop", closed="select 1", dashboards=made.dashboards),
    )
    return made, folder


def elements(folder: Path) -> list[dict[str, Any]]:
    [told] = yaml.safe_load((folder / "dashboards/trade.dashboard.lookml").read_text())
    found: list[dict[str, Any]] = told["elements"]
    return found


def test_each_panel_asks_the_explore_that_has_its_figures(
    board: tuple[Project, Path], definitions: Definitions
) -> None:
    made, folder = board
    assert check_lookml(read_lookml(folder), definitions, "duckdb") == []
    assert not [name for name in made.left_out if name.startswith("trade")]
    shown = [(one["explore"], one["fields"]) for one in elements(folder)]
    assert shown == [
        ("sales", ["sales.amount_metric"]),
        ("sales_and_visits", ["sales_and_visits.per_visitor"]),
        ("sales", ["sales.sale_month", "stores.state", "sales.amount_metric"]),
        ("trade_people", ["trade_people.city", "trade_people.guests"]),
        ("sales_by_period", ["sales_by_period.period_date", "sales_by_period.amount_metric",
                             "sales_by_period.amount_metric_growth_on_previous",
                             "sales_by_period.amount_metric_growth_on_last_year"]),
    ]  # fmt: skip
    assert elements(folder)[2]["listen"] == {"Period": "sales.sale_date", "State": "stores.state"}
    assert elements(folder)[2]["pivots"] == ["stores.state"]


def test_a_board_is_written_for_bigquery(board: tuple[Project, Path], tmp_path: Path) -> None:
    named = read_definitions(manifest(), semantic_manifest(), BigqueryDialect("acme", "shop").table)
    made = make_project(named, "bigquery")
    add_dashboards(made, read_declarations(board[1].parent / "pages"), named)
    folder = tmp_path / "bigquery"
    files = files_of(made, connection="shop", closed="select 1", dashboards=made.dashboards)
    write_files(folder, files)
    assert check_lookml(read_lookml(folder), named, "bigquery") == []
    view = (folder / "views/trade_people.view.lkml").read_text()
    assert "from `acme`.`shop_marts`.`fct_visits` as fct_visits" in view


def test_elements_lie_beside_and_below_each_other(board: tuple[Project, Path]) -> None:
    taken: set[tuple[int, int]] = set()
    for one in elements(board[1]):
        cells = {
            (one["row"] + down, one["col"] + right)
            for down in range(one["height"])
            for right in range(one["width"])
        }
        assert not taken & cells
        assert one["col"] + one["width"] <= 24
        taken |= cells


def test_figures_of_a_mart_are_what_the_page_declares(
    board: tuple[Project, Path], shop: duckdb.DuckDBPyConnection
) -> None:
    view = "trade_people"
    asked = Asked(view, [f"{view}.city", f"{view}.guests", f"{view}.group_size"],
                  {f"{view}.city": "Kiel"})  # fmt: skip
    sql = explore_sql(read_lookml(board[1]), asked)
    assert shop.execute(sql).fetchall() == [("Kiel", 16, 8)]


@pytest.mark.parametrize(
    "old, new, says",
    [
        ("sales.amount_metric", "sales.amount", "explore sales has no field 'sales.amount'."),
        ("explore: sales\n", "explore: sale\n", "there is no explore 'sale'."),
        ("  - name: State\n", "  - name: Region\n", "there is no filter 'State'."),
        ("type: looker_bar", "type: looker_pie", "type 'looker_pie' is none of"),
        ("    width: 12", "    breadth: 12", "'breadth' is nothing that an element says here."),
    ],
)
def test_a_dashboard_that_does_not_fit_is_told(
    board: tuple[Project, Path], definitions: Definitions, old: str, new: str, says: str
) -> None:
    path = board[1] / "dashboards/trade.dashboard.lookml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    found = [str(one) for one in check_lookml(read_lookml(board[1]), definitions, "duckdb")]
    assert any(one.startswith("dashboards/trade") and says in one for one in found), found
