"""Each kind of metric comes to the figure that one works out by hand."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from onemart.errors import UsageError
from onemart.lookml.project import Project
from onemart.lookml.read import read_lookml
from onemart.lookml.translate import Asked, explore_sql


def answered(
    folder: Path, shop: duckdb.DuckDBPyConnection, explore: str, *fields: str, **more: Any
) -> list[tuple[Any, ...]]:
    asked = Asked(explore, [one if "." in one else f"{explore}.{one}" for one in fields], **more)
    return sorted(shop.execute(explore_sql(read_lookml(folder), asked)).fetchall(), key=str)


@pytest.mark.parametrize(
    "metric, figure",
    [
        ("amount_metric", 70), ("lines_metric", 3), ("buyers_metric", 2), ("most_metric", 40),
        ("least_metric", 10), ("middle_metric", 20), ("web_metric", 1), ("northern_amount", 50),
        ("twice", 137),
    ],
)  # fmt: skip
def test_a_metric_is_what_its_kind_says(
    folder: Path, shop: duckdb.DuckDBPyConnection, metric: str, figure: int
) -> None:
    assert answered(folder, shop, "sales", metric) == [(figure,)]


def test_ratios_and_averages_are_fractions(folder: Path, shop: duckdb.DuckDBPyConnection) -> None:
    [(mean, per_line, web)] = answered(
        folder, shop, "sales", "mean_metric", "per_line", "web_share"
    )
    assert (mean, per_line, web) == pytest.approx((70 / 3, 70 / 3, 10 / 70))


def test_figures_are_parted_by_joined_fields_and_filtered(
    folder: Path, shop: duckdb.DuckDBPyConnection
) -> None:
    by_state = answered(folder, shop, "sales", "stores.state", "sale_month", "amount_metric")
    assert by_state == [
        ("North", date(2024, 1, 1), 10), ("North", date(2024, 2, 1), 40),
        ("South", date(2024, 1, 1), 20),
    ]  # fmt: skip
    off_web = answered(folder, shop, "sales", "amount_metric", filters={"sales.is_web": "no"})
    in_week = answered(folder, shop, "sales", "calendar.retail_week_start_date", "amount_metric")
    assert (off_web, in_week) == ([(60,)], [(date(2024, 1, 28), 70)])


def test_rows_of_two_marts_are_counted_once_each(
    folder: Path, shop: duckdb.DuckDBPyConnection
) -> None:
    explore = "sales_and_visits"
    rows = answered(folder, shop, explore, "stores.state", "amount_metric", "people_metric",
                    "per_visitor")  # fmt: skip
    assert rows == [("North", 50, 20, 2.5), ("South", 20, 0, None)]


def test_a_running_figure_is_that_of_one_day(folder: Path, shop: duckdb.DuckDBPyConnection) -> None:
    to_date = answered(folder, shop, "sales_month_to_date", "figure_date", "amount_month_to_date")
    in_2_days = answered(folder, shop, "sales_2_days", "figure_date", "amount_2_days")
    days = [date(2024, 1, 30), date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 2),
            date(2024, 2, 3)]  # fmt: skip
    assert to_date == list(zip(days, (10, 30, 40, 40, 40), strict=True))
    assert in_2_days == list(zip(days, (10, 30, 60, 40), strict=False))
    assert answered(folder, shop, "sales_2_days", "amount_2_days") == [(None,)]


def test_a_period_stands_beside_the_one_before_and_nothing_beside_what_was_not(
    folder: Path, shop: duckdb.DuckDBPyConnection
) -> None:
    rows = answered(
        folder, shop, "sales_by_period", "period_date", "amount_metric", "amount_metric_previous",
        "amount_metric_growth_on_previous", "amount_metric_last_year", "web_share_previous",
    )  # fmt: skip
    assert rows == [
        (date(2024, 1, 1), 30, None, None, None, None),
        (date(2024, 2, 1), 40, 30, pytest.approx(1 / 3), None, pytest.approx(1 / 3)),
    ]
    with pytest.raises(UsageError, match="'fortnight' is no period_grain"):
        answered(folder, shop, "sales_by_period", "amount_metric",
                 parameters={"period_grain": "fortnight"})  # fmt: skip


def test_what_lookml_cannot_say_is_left_out_with_the_reason(made: Project) -> None:
    assert made.left_out == {
        "amount_for_ever": "it runs from the beginning of time, and each row would count for"
        " all later days",
        "amount_change": "it takes amount_metric of another time; its explore by period compares"
        " instead",
        "visits_that_buy": "it follows entities from one event to another, as no measure of"
        " LookML does",
    }
    assert "amount_change" not in made.places


@pytest.mark.parametrize(
    "relationship, measure, is_refused",
    [
        ("one_to_many", "sales.amount_metric", True),
        ("many_to_many", "sales.amount_metric", True),
        ("many_to_one", "sales.amount_metric", False),
        ("one_to_one", "sales.amount_metric", False),
        ("many_to_one", "visits.people_metric", True),
        ("one_to_many", "visits.people_metric", False),
    ],
)
def test_a_join_that_would_count_rows_twice_is_refused(
    folder: Path, relationship: str, measure: str, *, is_refused: bool
) -> None:
    explore = folder / "explores/sales.explore.lkml"
    join = (
        "  join: visits {\n    type: left_outer\n"
        f"    relationship: {relationship}\n"
        "    sql_on: ${sales.store_id} = ${visits.store_id} ;;\n  }\n"
    )
    text = explore.read_text().rstrip().removesuffix("}")
    explore.write_text(f"{text}{join}}}\n")
    asked = Asked("sales", ["visits.store_id", measure])
    if is_refused:
        with pytest.raises(UsageError, match="counted more than once"):
            explore_sql(read_lookml(folder), asked)
    else:
        assert "left join marts.fct_visits" in explore_sql(read_lookml(folder), asked)
