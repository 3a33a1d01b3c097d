"""Lifetime value in the warehouse: how few rows its fit reads, and what it knew when."""

from datetime import timedelta
from typing import Any

import pytest
from tests.mart.conftest import Dbt
from tests.mart.rows import line, lines, moment
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
    false as has_unknown_cost,
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


def ordinary_lines() -> list[tuple[Any, ...]]:
    """Return the orders of 150 customers from January to July; every third came once."""
    rows = []
    for customer in range(10, 160):
        first = moment("01-05T12:00") + timedelta(days=customer % 67)
        for repeat in range(1 + customer % 3 * (1 + customer % 7)):
            day = first + timedelta(days=repeat * (3 + customer % 11))
            if day < moment("07-25T12:00"):
                when = day.strftime("%m-%dT%H:%M")
                rows.append(line(1000 * customer + repeat, customer, when))
    return rows


def test_no_lifetime_moves_by_what_happened_or_became_known_later(
    warehouse: SyntheticWarehouse, dbt: Dbt
) -> None:
    """As of July 31; then a later order, a late one, and a cancellation. Costs are not told of."""
    as_of = ["--vars", '{"business_date": "2025-07-31"}']
    topic = ["path:models/science/lifetime_value", "path:python_models/lifetime_value"]
    marts = ("fct_customer_lifetime_value", "rpt_lifetime_value_calibration")

    def figures() -> dict[str, list[tuple[Any, ...]]]:
        dbt(
            warehouse, "run", "--select", "+int_orders_known", "int_business_dates_chosen", *topic,
            "--exclude", "path:models/staging", *as_of, shop="demo",
        )  # fmt: skip
        parameters = warehouse.run("select * from science.lifetime_value_parameters order by all")
        return {"parameters": parameters} | {mart: warehouse.rows(mart) for mart in marts}

    dbt(warehouse, "run", "--select", "path:models/staging/accepted", shop="demo")
    # Cancelled in June: the calibration, as of May 1, had not heard of it.
    april = {"status": "cancelled", "updated_at": moment("06-10T09:00")}
    warehouse.deliver(
        lines("1", 1, *ordinary_lines()),
        lines("2", 1, line(1, 1, "02-10T12:00"), line(2, 1, "04-20T12:00")),
        lines("2", 2, line(1, 1, "02-10T12:00"), line(2, 1, "04-20T12:00", **april)),
        lines("3", 1, line(3, 2, "07-20T12:00")),
        lines("4", 1, line(4, 3, "07-31T12:00")),
    )
    before = figures()
    outcomes = {row[-1] for row in warehouse.run(
        "select distinct model_name, outcome from marts.fct_customer_lifetime_value"
    )}  # fmt: skip
    assert outcomes == {"fitted"}
    assert len(before["rpt_lifetime_value_calibration"]) == 10
    assert warehouse.run(
        "select fitted_for, frequency_count, recency_day_count, net_sales_amount::integer"
        " from science.int_customer_lifetimes where customer_id = '1' order by all"
    ) == [("calibration", 1, 69, 20), ("forecast", 0, 0, 10)]

    july = {"status": "cancelled", "updated_at": moment("08-02T09:00")}
    warehouse.deliver(
        lines("3", 2, line(3, 2, "07-20T12:00", **july)),
        # Of July 30, told on August 5 by a till that was offline.
        lines("5", 1, line(5, 10, "07-30T12:00"), line(6, 11, "08-05T12:00")),
    )
    assert figures() == before
    # By now all of it is known.
    assert warehouse.run(
        "select order_id from intermediate.int_orders_known"
        " where known_to_date is null and has_sale and order_id in ('3', '5', '6') order by all"
    ) == [("5",), ("6",)]
