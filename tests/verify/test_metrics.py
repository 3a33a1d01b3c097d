"""Metrics give what their definitions say, beside the right period, on a small shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from onemart.cli import run
from onemart.errors import UsageError
from onemart.metrics.answer import rounded, short_names, write_answer
from onemart.metrics.comparison import comparison_sql
from onemart.metrics.layer import Layer, Question
from onemart.verify.parity import Parity
from onemart.warehouse import Warehouse, open_warehouse

Manifest = dict[str, Any]

# What a metric's filter means on its own mart, written without the semantic layer.
_OF_SPANS = (
    "exists (select 1 from marts.dim_store_comparability as spans"
    " where spans.store_id = fct_sales_daily.store_id and spans.{}"
    " and trading_date >= valid_from_date"
    " and trading_date < coalesce(valid_to_date, date '9999-12-31'))"
)
_FILTERS = {
    "like_for_like_net_sales": _OF_SPANS.format("is_like_for_like"),
    "like_for_like_base_net_sales": _OF_SPANS.format("is_like_for_like_base"),
}


@contextmanager
def opened(parity: Parity) -> Iterator[tuple[Manifest, Layer, Warehouse]]:
    """The first shop on DuckDB with its metrics."""
    made = parity.shops[0]
    manifest = made.semantic_manifest
    with made.environment(), open_warehouse(made.shop, read_only=True) as warehouse:
        periods = warehouse.table("marts", "dim_periods")
        yield manifest, Layer(manifest, is_bigquery=False, periods=periods), warehouse


def defined(manifest: Manifest, name: str, warehouse: Warehouse) -> float | None:
    """What a metric comes to, added up by its definition and by nothing else."""
    [metric] = [one for one in manifest["metrics"] if one["name"] == name]
    params = metric["type_params"]
    if metric["type"] == "simple":
        [(model, measure)] = [
            (model, measure)
            for model in manifest["semantic_models"]
            for measure in model["measures"]
            if measure["name"] == params["measure"]["name"]
        ]
        how = {"sum": "sum({})", "count_distinct": "count(distinct {})"}[measure["agg"]]
        relation = model["node_relation"]["relation_name"]
        of = f"{relation} where {_FILTERS.get(name, 'true')}"
        assert bool(metric["filter"]) == (name in _FILTERS), "This test knows no such filter."
        found = warehouse.value(f"select {how.format(measure['expr'])} as v from {of}")
        return float(found or 0)
    if metric["type"] == "ratio":
        above, below = (
            defined(manifest, params[part]["name"], warehouse)
            for part in ("numerator", "denominator")
        )
        return above / below if above is not None and below else None
    values = {one["name"]: defined(manifest, one["name"], warehouse) for one in params["metrics"]}
    named = ", ".join(f"cast({value} as double) as {one}" for one, value in values.items())
    found = warehouse.value(f"select {params['expr']} as v from (select {named})")
    return None if found is None else float(found)


def test_a_metric_is_what_its_definition_adds_up_to(parity: Parity) -> None:
    with opened(parity) as (manifest, layer, warehouse):
        names = [name for name, told in layer.metrics.items() if told["type"] != "cumulative"]
        found, expected = {}, {}
        for name in names:
            value = warehouse.head(layer.sql(Question([name])), 2)[1][0][0]
            found[name] = None if value is None else pytest.approx(float(value))
            expected[name] = defined(manifest, name, warehouse)
    assert expected == found
    assert expected["net_sales"]


def test_a_cumulative_metric_ends_the_year_at_its_sum(parity: Parity) -> None:
    with opened(parity) as (_, layer, warehouse):
        asked = layer.sql(Question(["net_sales_year_to_date"], ["day"]))
        sums = warehouse.dicts(
            "select year(metric_time__day) as y, arg_max(net_sales_year_to_date, metric_time__day)"
            f" as total from ({asked}) as asked group by y order by y"
        )
        whole = warehouse.dicts(
            "select year(trading_date) as y, sum(net_sales_amount) as total"
            " from marts.fct_sales_daily group by y order by y"
        )
    assert [row for row in sums if row["total"]] == whole


def test_every_metric_says_what_it_is_in_which_unit_and_whose(parity: Parity) -> None:
    with opened(parity) as (_, layer, _warehouse):
        for name, told in layer.metrics.items():
            assert told["description"].endswith("."), name
            assert set(told["config"]["meta"]) == {"unit", "owner"}, name


@pytest.mark.parametrize(
    "question, says",
    [
        (Question(["net_sale"]), "'net_sale' is no metric here. Did you mean net_sales"),
        (Question(["net_sales"], ["categry"]), "'categry' is no dimension here. Did you mean cat"),
        (Question(["net_sales"], ["month"], compare="yoi"), "'yoi' is no comparison here."),
        (Question(["net_sales"], ["month"], compare="wow"), "wow compares weeks, and not month."),
        (Question(["net_sales"], where="store = "), "--where cannot be read"),
        (Question(["net_sales"], where="colour = 'red'"), "'colour' is no dimension here."),
    ],
)
def test_what_cannot_be_asked_is_told_with_what_is_near(
    parity: Parity, question: Question, says: str
) -> None:
    with opened(parity) as (_, layer, _warehouse), pytest.raises(UsageError) as told:
        layer.sql(question)
    assert says in str(told.value)


def test_conditions_name_dimensions_as_columns(parity: Parity) -> None:
    with opened(parity) as (_, layer, warehouse):
        asked = Question(["net_sales"], ["store"], where="category <> 'unknown' and store = '367'")
        names, rows = warehouse.head(layer.sql(asked), 10)
        own = warehouse.value(
            "select sum(net_sales_amount) as v from marts.fct_sales_daily as sales"
            " inner join marts.dim_products as products on sales.product_id = products.product_id"
            " where products.category <> 'unknown' and sales.store_id = '367'"
        )
    assert (names, rows) == (["store", "net_sales"], [("367", own)])


def test_a_member_that_sold_nothing_then_or_now_is_compared_with_zero() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table periods as select * from (values"
            " ('a', 'month', date '2017-01-01', date '2017-01-31', null, true, false),"
            " ('b', 'month', date '2017-02-01', date '2017-02-28', 'a', true, true))"
            " as p(period_id, grain, start_date, end_date, previous_period_id, is_traded,"
            " has_previous)"
        )
        measured = (
            "select * from (values (date '2017-01-01', 'TEA', 4), (date '2017-02-01', 'TEA', 5),"
            " (date '2017-01-01', 'RYE', 3), (date '2017-02-01', null, 2))"
            " as m(metric_time__month, product__category, sales)"
        )
        by = ["metric_time__month", "product__category"]
        sql = comparison_sql(
            measured, {"sales": True}, by, "mom", "periods", (date(2017, 2, 1), None)
        )
        rows = connection.execute(sql).fetchall()
    february = date(2017, 2, 1)
    assert sorted(rows, key=str) == sorted(
        [
            (february, "RYE", 0, 3, -1.0),
            (february, "TEA", 5, 4, 0.25),
            (february, None, 2, 0, None),
        ],
        key=str,
    )


def test_an_answer_goes_to_a_file(parity: Parity, tmp_path: Path) -> None:
    made, file = parity.shops[0], tmp_path / "answer.parquet"
    asked = ["net_sales,units", "--by", "category,month", "--compare", "yoy", "--to", str(file)]
    with made.environment():
        assert run(["query", *asked]) == 0
        sold = pq.read_table(file)
        assert run(["query", "net_sales", "--to", str(tmp_path / "answer.txt")]) == 2
    assert sold.column_names[:4] == ["month", "category", "net_sales", "net_sales_last_year"]
    assert sold.num_rows


def test_names_and_numbers_are_as_people_read_them(tmp_path: Path) -> None:
    assert short_names(["a__name", "b__name", "b__city"]) == ["a__name", "b__name", "city"]
    assert rounded([(Decimal("1.500000"), 0.123456, "x")]) == [[Decimal("1.50"), 0.1235, "x"]]
    write_answer(tmp_path / "answer.csv", ["city", "sales"], [("Rome", 1), (None, 2)])
    assert (tmp_path / "answer.csv").read_text() == '"city","sales"\n"Rome",1\n,2\n'
