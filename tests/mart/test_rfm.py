"""The RFM trio in the warehouse: its figures, what it knew when, and how few rows its fit reads."""

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from tests.mart.conftest import Dbt
from tests.mart.rfm_in_pandas import assert_same
from tests.mart.rows import line, lines, moment
from tests.mart.synthetic import PROJECT, SyntheticWarehouse

CUSTOMERS = 200_000
BOUND = "reads_bounded_inputs_rfm_cut_points_"
TRIO = ["path:models/science/rfm", "path:python_models/rfm"]
KNOWN = "intermediate.int_orders_known"


def business_date(day: str) -> list[str]:
    return ["--vars", f'{{"business_date": "{day}"}}']


def frame(warehouse: SyntheticWarehouse, query: str) -> pd.DataFrame:
    with warehouse.connect() as connection:
        return connection.sql(query).df()


@pytest.fixture
def large_shop(warehouse: SyntheticWarehouse, dbt: Dbt) -> SyntheticWarehouse:
    """Many customers over a year, whose money and purchases spread over many powers of ten.

    One order in fifty was revised, some weeks later: half of these were cancelled.
    """
    warehouse.run(
        f"""
        create or replace table marts.fct_orders as
        select
            'o' || n as order_id,
            'c' || (hash(n) % {CUSTOMERS})::varchar as customer_id,
            date '2017-01-10' + (hash(n, 1) % 355)::integer as order_date,
            order_date as last_order_date,
            n % 20 <> 7 and n % 100 <> 50 as has_sale,
            n % 20 = 7 as has_return,
            (case when n % 20 = 7 then -1 when n % 100 = 50 then 0 else 1 end
                * exp(8 * (hash(n, 2) % 1000000) / 1e6)
            )::decimal(28, 6) as net_sales_amount,
            'EUR' as currency_code
        from range(5 * {CUSTOMERS}) as numbers(n)
        """
    )
    warehouse.run(
        """
        create or replace table intermediate.int_orders_revised as
        with revised as (
            select *, order_date + 1 + (hash(order_id, 3) % 60)::integer as change_date
            from marts.fct_orders where order_id like '%50' or order_id like '%00'
        )
        select
            order_id, customer_id, order_date, order_date as known_from_date,
            change_date as known_to_date, true as has_sale, false as has_return,
            12.345::decimal(28, 6) as net_sales_amount
        from revised
        union all
        select
            order_id, customer_id, order_date, change_date, null, has_sale, has_return,
            net_sales_amount
        from revised
        """
    )
    warehouse.run(
        """
        create or replace table marts.dim_dates as
        select day::date as date_day
        from range(date '2017-01-01', date '2018-02-01', interval 1 day) as days(day)
        """
    )
    dbt(
        warehouse,
        "run",
        "--select",
        "int_business_dates_chosen",
        *TRIO,
        *business_date("2017-12-15"),
    )
    return warehouse


def test_a_large_shop_is_as_pandas_has_it(large_shop: SyntheticWarehouse, dbt: Dbt) -> None:
    orders = frame(large_shop, f"select * from {KNOWN}")
    orders["net_sales_amount"] = orders["net_sales_amount"].astype(float)
    assert orders["known_to_date"].notna().sum() > 0.01 * len(orders)

    monthly = frame(
        large_shop,
        "select * from marts.fct_customer_rfm_monthly"
        " where month_end_date in ('2017-03-31', '2017-11-30')",
    )
    latest = frame(large_shop, "select * from marts.fct_customer_rfm")
    assert len(latest) > 0.95 * CUSTOMERS
    assert assert_same(monthly, orders, "month_end_date") == 2
    assert assert_same(latest, orders, "business_date") == 1
    dbt(
        large_shop,
        "test",
        "--select",
        BOUND,
        "every_customer_with_rfm_measures_is_scored_once",
        "rpt_rfm_migration",
        "--exclude",
        "test_type:unit",
    )
    # Every customer of a month end went somewhere by the next one.
    moved = large_shop.run(
        """
        select count(*) from (
            select month_end_date, sum(customer_count) as customers
            from marts.rpt_rfm_migration where to_segment_name <> 'No customer' group by all
        ) inner join (
            select month_end_date, count(*) as customers
            from marts.fct_customer_rfm_monthly group by all
        ) using (month_end_date, customers)
        """
    )
    assert moved == [(10,)]


def test_a_fit_that_reads_more_than_it_says_fails(warehouse: SyntheticWarehouse, dbt: Dbt) -> None:
    warehouse.run(
        "insert into science.int_rfm_histograms"
        " select date '2017-03-31', 'recency', n, 1 from range(1010212) as r(n)"
    )
    with pytest.raises(AssertionError, match=BOUND):
        dbt(warehouse, "test", "--select", BOUND)


def test_no_feature_moves_by_what_happened_or_became_known_later(
    warehouse: SyntheticWarehouse, dbt: Dbt
) -> None:
    """Three customers until March 31; then a later order, a late one, and a cancellation."""
    marts = ("fct_customer_rfm", "fct_customer_rfm_monthly", "rpt_rfm_migration")
    ancestors = [f"+{mart}" for mart in marts]

    def features(*more: str) -> dict[str, list[tuple[Any, ...]]]:
        dbt(
            warehouse, "run", "--select", *ancestors, "--exclude", "path:models/staging", *more,
            shop="demo",
        )  # fmt: skip
        return {mart: warehouse.rows(mart) for mart in marts}

    dbt(warehouse, "run", "--select", "path:models/staging/accepted", shop="demo")
    february, march = line(1, 1, "02-10T12:00", 10), line(2, 1, "03-10T12:00", 20)
    warehouse.deliver(
        lines("1", 1, february, line(3, 2, "02-20T12:00", 5)),
        lines("2", 1, march),
        lines("3", 1, line(4, 3, "03-31T12:00", 7)),
    )
    before = features(*business_date("2025-03-31"))
    assert len(before["fct_customer_rfm"]) == 3
    assert len(before["fct_customer_rfm_monthly"]) == 5

    cancelled = line(2, 1, "03-10T12:00", 20, updated_at=moment("04-02T09:00"), status="cancelled")
    warehouse.deliver(
        lines("2", 2, cancelled),
        # Of March 30, told on April 5 by a till that was offline.
        lines("4", 1, line(5, 2, "03-30T12:00", 50), line(6, 3, "04-05T12:00", 90)),
    )
    assert features(*business_date("2025-03-31")) == before

    features(*business_date("2025-04-30"))
    assert warehouse.run(
        "select customer_id, recency_day_count, frequency_order_count, monetary_amount::integer"
        " from marts.fct_customer_rfm order by all"
    ) == [("1", 79, 1, 10), ("2", 31, 2, 55), ("3", 25, 2, 97)]
    # The end of March is as it was.
    assert warehouse.run(
        "select customer_id, recency_day_count, frequency_order_count, monetary_amount::integer"
        " from marts.fct_customer_rfm_monthly where month_end_date = date '2025-03-31' order by all"
    ) == [("1", 21, 2, 30), ("2", 39, 1, 5), ("3", 0, 1, 7)]


@pytest.mark.torture
@pytest.mark.parametrize("shop", ["complete_journey", "uci_online_retail", "demo"])
def test_a_whole_shop_is_as_pandas_has_it(shop: str) -> None:
    path: Path = PROJECT / f"warehouse/{shop}.duckdb"
    if not path.is_file():
        pytest.skip(f"nobody built {path}")
    with duckdb.connect(str(path), read_only=True) as connection:
        orders = connection.sql(f"select * from {KNOWN}").df()
        monthly = connection.sql("select * from marts.fct_customer_rfm_monthly").df()
        latest = connection.sql("select * from marts.fct_customer_rfm").df()
    orders["net_sales_amount"] = orders["net_sales_amount"].astype(float)
    assert assert_same(monthly, orders, "month_end_date") > 0
    assert assert_same(latest, orders, "business_date") == 1
