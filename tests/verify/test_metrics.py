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
from onemart.metrics.comparison import comparison_sql, to_date_sql
from onemart.metrics.layer import Layer, Question
from onemart.metrics.to_date import ToDate, to_date
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


def test_the_hour_before_midnight_is_of_the_day_before() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table periods as select * from (values"
            " ('a', 'day', date '2017-01-01', date '2017-01-01', null, true, false),"
            " ('b', 'day', date '2017-01-02', date '2017-01-02', 'a', true, true))"
            " as p(period_id, grain, start_date, end_date, previous_period_id, is_traded,"
            " has_previous)"
        )
        measured = (
            "select * from (values (date '2017-01-01', 23, 4), (date '2017-01-02', 0, 5),"
            " (date '2017-01-02', 1, 6)) as m(metric_time__day, sales_hour__trading_hour, sales)"
        )
        by = ["metric_time__day", "sales_hour__trading_hour"]
        sql = comparison_sql(measured, {"sales": True}, by, "hoh", "periods")
        rows = connection.execute(sql).fetchall()
    first, second = date(2017, 1, 1), date(2017, 1, 2)
    assert len(rows) == 48
    assert rows[0] == (first, 0, 0, None, None)
    assert rows[23:27] == [
        (first, 23, 4, 0, None),
        (second, 0, 5, 4, 0.25),
        (second, 1, 6, 5, 0.2),
        (second, 2, 0, 6, -1.0),
    ]


def test_a_period_so_far_stands_beside_last_years_member_by_member() -> None:
    now = "select * from (values ('TEA', 5, 0.5), ('RYE', 2, 0.2)) as n(category, sales, rate)"
    then = "select * from (values ('TEA', 4, 0.4), ('OIL', 3, 0.1)) as t(category, sales, rate)"
    metrics = {"sales": True, "rate": False}
    with duckdb.connect() as connection:
        rows = connection.execute(to_date_sql(now, then, metrics, ["category"])).fetchall()
        alone = connection.execute(to_date_sql(now, None, metrics, ["category"])).fetchall()
        [whole] = connection.execute(
            to_date_sql("select 6 as sales", "select 4 as sales", {"sales": True}, [])
        ).fetchall()
    assert [row[:3] for row in rows] == [("OIL", 0, 3), ("RYE", 2, 0), ("TEA", 5, 4)]
    assert [row[3] for row in rows] == [-1.0, None, 0.25]
    assert [row[:3] for row in alone] == [("RYE", 2, None), ("TEA", 5, None)]
    assert whole == (6, 4, 0.5)


class Calendar:
    """A calendar in hand-written tables, asked as a warehouse is."""

    def __init__(self, grouped: str, periods: str, closed: str) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(
            "create table int_dates_grouped (period_id text, grain text, start_date date,"
            " end_date date, date_day date, elapsed_number int);"
            "create table dim_periods (period_id text, last_year_period_id text,"
            " has_last_year boolean);"
            "create table dim_dates (date_day date, is_closed boolean);"
            f"insert into int_dates_grouped {grouped};"
            f"insert into dim_periods values {periods};"
            f"insert into dim_dates values (date '{closed}', true)"
        )

    def table(self, _schema: str, name: str) -> str:
        return name

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()


FEBRUARIES = """
    select 'm' || year(d), 'month', date_trunc('month', d), last_day(d), d,
        month(d) * 100 + day(d)
    from (select unnest(generate_series(date '2023-01-01', date '2024-12-31', interval 1 day))::date
        as d) where month(d) = 2
"""


@pytest.mark.parametrize(
    "last, then_until",
    [
        (None, date(2023, 2, 10)),
        # The last day of February compares whole with whole, and the one before with the same.
        (date(2024, 2, 29), date(2023, 2, 28)),
        (date(2024, 2, 28), date(2023, 2, 28)),
    ],
)
def test_last_years_period_is_cut_at_the_same_elapsed_day(
    last: date | None, then_until: date
) -> None:
    told = "('m2024', 'm2023', true), ('m2023', null, false)"
    calendar: Any = Calendar(FEBRUARIES, told, "2024-02-10")
    now = (date(2024, 2, 1), last or date(2024, 2, 10))
    then = (date(2023, 2, 1), then_until)
    assert to_date(calendar, "mtd", last) == ToDate(now, then)
    assert str(ToDate(now, None)).endswith("against nothing")


def test_a_period_without_last_year_is_compared_with_nothing() -> None:
    told = "('m2024', 'm2023', false), ('m2023', null, false)"
    calendar: Any = Calendar(FEBRUARIES, told, "2024-02-10")
    assert to_date(calendar, "mtd", None).then is None
    with pytest.raises(UsageError, match="The shop's calendar does not have 1999-01-01"):
        to_date(calendar, "mtd", date(1999, 1, 1))


def test_a_year_to_date_is_what_the_mart_adds_up_to(parity: Parity) -> None:
    with opened(parity) as (_, layer, warehouse):
        days = to_date(warehouse, "ytd", None)
        question = Question(["net_sales", "return_rate"], ["category"], compare="ytd")
        rows = warehouse.head(layer.sql(question, days), 1000)[1]
        own = warehouse.value(
            "select sum(net_sales_amount) as v from marts.fct_sales_daily where trading_date"
            f" between date '{days.now[0]}' and date '{days.now[1]}'"
        )
        with pytest.raises(UsageError, match="ytd is about one period"):
            layer.sql(Question(["net_sales"], ["month"], compare="ytd"), days)
        with pytest.raises(UsageError, match="hoh needs metrics that are kept by hour"):
            layer.sql(Question(["orders"], compare="hoh"))
        hours = warehouse.head(layer.sql(Question(["hourly_net_sales"], compare="hoh")), 100_000)[1]
    assert sum(row[1] for row in rows) == own
    assert sum(row[2] for row in hours) == warehouse_total(parity)


def warehouse_total(parity: Parity) -> Any:
    with opened(parity) as (_, _layer, warehouse):
        return warehouse.value("select sum(net_sales_amount) as v from marts.fct_sales_hourly")


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
