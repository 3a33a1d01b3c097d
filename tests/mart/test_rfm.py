"""The RFM trio in the warehouse: its fit reads few rows, however many customers there are."""

import pytest
from tests.mart.conftest import Dbt
from tests.mart.synthetic import SyntheticWarehouse

CUSTOMERS = 200_000
BOUND = "reads_bounded_inputs_rfm_cut_points_"


@pytest.fixture
def large_shop(warehouse: SyntheticWarehouse, dbt: Dbt) -> SyntheticWarehouse:
    """Many customers, whose money and purchases spread over many powers of ten."""
    warehouse.run(
        f"""
        create or replace table marts.fct_orders as
        select
            'c' || (hash(n) % {CUSTOMERS})::varchar as customer_id,
            date '2000-01-30' + (hash(n, 1) % 6000)::integer as order_date,
            order_date as last_order_date,
            n % 20 <> 7 as has_sale,
            n % 20 = 7 as has_return,
            (case when n % 20 = 7 then -1 else 1 end
                * exp(8 * (hash(n, 2) % 1000000) / 1e6)
            )::decimal(28, 6) as net_sales_amount,
            'EUR' as currency_code
        from range(5 * {CUSTOMERS}) as numbers(n)
        """
    )
    as_of = ["--vars", '{"business_date": "2017-12-31"}']
    trio = ["int_business_dates_chosen", "int_customer_rfm_measures+"]
    dbt(warehouse, "run", "--select", *trio, *as_of)
    return warehouse


def test_the_fit_of_a_large_shop_reads_no_more_than_it_says(
    large_shop: SyntheticWarehouse, dbt: Dbt
) -> None:
    scored, in_fifths = large_shop.run(
        """
        select sum(customers), bool_and(customers between 0.19 * total and 0.21 * total)
        from (
            select count(*) as customers, sum(count(*)) over () as total
            from marts.fct_customer_rfm
            group by monetary_score
        )
        """
    )[0]
    assert scored > 0.95 * CUSTOMERS
    assert in_fifths
    dbt(large_shop, "test", "--select", BOUND, "every_customer_with_rfm_measures_is_scored_once")


def test_a_fit_that_reads_more_than_it_says_fails(warehouse: SyntheticWarehouse, dbt: Dbt) -> None:
    warehouse.run(
        "insert into science.int_rfm_histograms select 'recency', n, 1 from range(27304) as r(n)"
    )
    with pytest.raises(AssertionError, match=BOUND):
        dbt(warehouse, "test", "--select", BOUND)
