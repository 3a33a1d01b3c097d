"""What models read of each row: by hand, and held by the budget."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.verify.sent import RAW, SALES, Sent, recorded

from onemart.cost.budget import DAILY, TESTS, WHOLE, Share
from onemart.verify.budget import measured, over_budget

WIDTHS: dict[str, Mapping[str, float]] = {
    "raw.lines": {"sku": 6, "event_at": 8, "amount": 16},
    "marts.fct_sales": {"sku": 6, "order_date": 8},
    "reference.dim_dates": {"day": 8, "name": 20},
}
CREATE = f"""create table {RAW} (`sku` string, `event_at` timestamp, `amount` numeric)
    partition by timestamp_trunc(`event_at`, day);
create table `p`.`s_reference`.`dim_dates` (`day` date, `name` string)"""
SELECT = f"select sku, date(event_at) as order_date from {RAW}"
FIRST = f"create table {SALES} partition by order_date as ({SELECT})"
DAILY_RUN = """create table `p`.`s_marts`.`fct_sales__dbt_tmp` as (
    {select} where event_at >= timestamp '{first}' and event_at < timestamp '{end}');
merge into {sales} as target using (select * from `p`.`s_marts`.`fct_sales__dbt_tmp`) as made
    on false when not matched by source and target.order_date in ({days}) then delete
    when not matched then insert (sku) values (sku)"""
DIM = (
    f"create or replace table `p`.`s_marts`.`dim_skus` as (select distinct sku from {SALES}"
    " join `p`.`s_reference`.`dim_dates` as dates on order_date = dates.day)"
)
TEST = f"select count(*) from (select sku from {SALES} where sku is null) as found"


def daily(first: str, end: str, *days: str) -> str:
    dates = ", ".join(f"date '{day}'" for day in days) or "cast(null as date)"
    return DAILY_RUN.format(select=SELECT, sales=SALES, first=first, end=end, days=dates)


def width(schema: str, table: str) -> Mapping[str, float]:
    return WIDTHS.get(f"{schema}.{table}", {})


@pytest.fixture
def told() -> Sent:
    """Two builds: one whole, and one after a delivery that touches two days, reading one around."""
    return [
        ("", CREATE),
        ("model.fct_sales", FIRST),
        ("model.dim_skus", DIM),
        ("test.sales", TEST),
        ("model.fct_sales", daily("2024-01-01", "2024-01-05", "2024-01-02", "2024-01-03")),
        ("model.dim_skus", DIM),
    ]


def test_shares_by_hand(tmp_path: Path, told: Sent) -> None:
    shares = measured(recorded(tmp_path, told), width)
    assert shares == [
        Share(TESTS, DAILY, "marts.fct_sales", 6, None),
        Share(TESTS, WHOLE, "marts.fct_sales", 6, None),
        Share("dim_skus", DAILY, "marts.fct_sales", 14, None),
        Share("dim_skus", WHOLE, "marts.fct_sales", 14, None),
        # What dbt keeps between the two steps, and all columns of the days that are replaced.
        Share("fct_sales", DAILY, "marts.fct_sales", 14 + 14, 0),
        Share("fct_sales", DAILY, "raw.lines", 14, 2),
        Share("fct_sales", WHOLE, "raw.lines", 14, None),
    ]


def test_run_without_a_delivery_tells_nothing(tmp_path: Path, told: Sent) -> None:
    nothing = daily("0001-01-02", "0001-01-02")
    shares = measured(recorded(tmp_path, told), width)
    assert measured(recorded(tmp_path, [*told, ("model.fct_sales", nothing)]), width) == shares


def test_budget_holds_what_it_allows(tmp_path: Path, told: Sent) -> None:
    shares = measured(recorded(tmp_path, told), width)
    assert list(over_budget(shares, shares)) == []


def test_each_way_over_the_budget_is_told(tmp_path: Path, told: Sent) -> None:
    declared = measured(recorded(tmp_path, told), width)
    wider = [
        *told[:1],
        ("model.fct_sales", FIRST.replace("date(event_at)", "current_date()")),
        *told[2:4],
        ("model.fct_sales", told[4][1].replace("select sku, date", "select sku, amount, date")),
        ("model.dim_skus", DIM),
    ]
    wider = [*wider, ("model.more", f"create table `p`.`s_marts`.`more` as select * from {RAW}")]
    problems = list(over_budget(measured(recorded(tmp_path, wider), width), declared))
    assert problems == [
        "fct_sales (daily) reads 30 bytes a row of raw.lines; its budget is 14.",
        "more (whole) reads 30 bytes a row of raw.lines, for which it has no budget.",
    ]


def test_days_over_the_budget_and_models_that_are_gone_are_told() -> None:
    declared = [
        Share("fct_sales", DAILY, "raw.lines", 14, 2),
        Share("fct_gone", WHOLE, "raw.lines", 14, None),
    ]
    found = [Share("fct_sales", DAILY, "raw.lines", 14, None)]
    days, gone = over_budget(found, declared)
    assert days.endswith("raw.lines on all days; its budget is 2 more than are touched.")
    assert gone == "fct_gone has a budget but reads nothing; take it out."


def test_what_cannot_be_read_is_no_small_share(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sqlglot cannot read"):
        measured(recorded(tmp_path, [("model.fct_sales", "select from from")]), width)
