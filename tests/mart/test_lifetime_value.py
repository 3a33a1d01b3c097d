"""Lifetime value in the warehouse: its fit reads few rows, however many customers there are."""

import pytest
from tests.mart.conftest import Dbt
from tests.mart.synthetic import SyntheticWarehouse

CUSTOMERS = 200_000
BOUND = "reads_bounded_inputs_lifetime_value_parameters_"
PREPARED = (
    "int_business_dates_chosen", "int_customer_purchases_added_up", "int_customer_margins",
    "int_lifetime_extents", "int_lifetime_lattice", "int_lifetime_spend_lattice",
    "int_lifetime_margin_bins",
)  # fmt: skip
# Four purchases on average, some hundreds of some; spend over many powers of ten.
ORDERS = f"""
create or replace table marts.fct_orders as
select
    'o' || n as order_id,
    'c' || floor({CUSTOMERS} * pow((hash(n) % 1000000) / 1e6, 1.5))::varchar as customer_id,
    date '2008-01-01' + (hash(n, 1) % 3650)::integer as order_date,
    order_date as last_order_date,
    n % 20 <> 7 as has_sale,
    n % 20 = 7 as has_return,
    (case when n % 20 = 7 then -1 else 1 end
        * exp(8 * (hash(n, 2) % 1000000) / 1e6))::decimal(28, 6)
        as net_sales_amount,
    'EUR' as currency_code
from range(5 * {CUSTOMERS}) as numbers(n)
"""
PROFITS = """
create or replace table marts.fct_profit_lines as
select
    customer_id, order_date, net_sales_amount, net_sales_amount as costed_net_sales_amount,
    (net_sales_amount * 0.4)::decimal(28, 6) as gross_margin_amount
from marts.fct_orders
"""


def test_the_fit_of_a_large_shop_reads_no_more_than_it_says(
    warehouse: SyntheticWarehouse, dbt: Dbt
) -> None:
    warehouse.run(ORDERS)
    warehouse.run(PROFITS)
    as_of = ["--vars", '{"business_date": "2017-12-31"}']
    dbt(warehouse, "run", "--select", *PREPARED, *as_of)
    customers, in_lattice, finest = warehouse.run(
        """
        select
            (select count(*) from science.int_customer_lifetimes),
            (select sum(customer_count) from science.int_lifetime_lattice),
            (select max(age_day_count % 7) from science.int_lifetime_lattice)
        """
    )[0]
    assert customers > 1.5 * CUSTOMERS  # as of two dates
    assert in_lattice == customers
    assert finest == 0
    dbt(warehouse, "test", "--select", BOUND)


def test_a_fit_that_reads_more_than_it_says_fails(warehouse: SyntheticWarehouse, dbt: Dbt) -> None:
    warehouse.run(
        "insert into science.int_lifetime_lattice"
        " select 'forecast', n, n, n, 1 from range(2721599) as r(n)"
    )
    with pytest.raises(AssertionError, match=BOUND):
        dbt(warehouse, "test", "--select", BOUND)
