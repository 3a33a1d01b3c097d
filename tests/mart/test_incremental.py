"""What an incremental build leaves equals a full refresh, whatever the order of arrival."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.mart.conftest import Dbt
from tests.mart.synthetic import Delivery, SyntheticWarehouse

FACTS = ("fct_order_lines", "fct_orders", "fct_returns", "fct_sales_daily")
TRANSACTIONS = "complete_journey__transactions"
PRODUCTS = "complete_journey__products"
INVOICES = "uci_online_retail__invoice_lines"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00")


def sold(
    basket: int, product: int, price: str, when: str, *, store: int = 4, week: int = 1
) -> tuple[Any, ...]:
    no_discount = Decimal(0)
    money = (Decimal(price), no_discount, no_discount, no_discount)
    return (7, store, basket, product, 1, *money, week, moment(when))


def invoiced(
    number: str, stock_code: str, quantity: int, when: str, customer: str | None = "17850"
) -> tuple[Any, ...]:
    return (number, stock_code, None, quantity, moment(when), Decimal("2.50"), customer, "France")


def product(number: int) -> tuple[Any, ...]:
    return (number, 69, "GROCERY", "National", "BREAD", "WHITE BREAD", None)


# Times of transactions are UTC; New York is five hours behind, so basket 12 runs over its midnight.
WEEK_1 = Delivery(
    TRANSACTIONS,
    "1",
    1,
    [
        sold(11, 900, "1.00", "2017-01-02 15:00"),
        sold(11, 901, "2.00", "2017-01-02 15:00"),
        sold(12, 900, "4.00", "2017-01-04 04:58"),
        sold(12, 902, "8.00", "2017-01-04 05:01"),
        sold(12, 903, "9.00", "2017-01-06 05:01"),
        sold(13, 900, "16.00", "2017-01-05 12:00", store=5),
        sold(14, 900, "3.00", "2017-01-07 16:00", store=5),
    ],
)
# Basket 11 keeps one line, basket 12 loses its first and its middle day, the 5th becomes empty.
WEEK_1_CORRECTED = Delivery(
    TRANSACTIONS,
    "1",
    2,
    [
        sold(11, 900, "1.50", "2017-01-02 15:00"),
        sold(12, 903, "9.00", "2017-01-06 05:01"),
        sold(14, 900, "3.00", "2017-01-07 16:00", store=5),
    ],
)
# Basket 22 is of the 13th in New York, a day that no other delivered day lies next to.
WEEK_2_KEPT = [
    sold(22, 901, "5.00", "2017-01-14 03:00", week=2),
    sold(21, 901, "32.00", "2017-01-09 12:00", week=2),
    sold(21, 904, "64.00", "2017-01-09 12:00", week=2),
]
# Basket 14 has a line in either week, as far apart as the shop allows, and loses the one in week 2.
WEEK_2 = Delivery(
    TRANSACTIONS,
    "2",
    1,
    [*WEEK_2_KEPT, sold(14, 905, "7.00", "2017-01-10 12:00", store=5, week=2)],
)
WEEK_2_CORRECTED = Delivery(TRANSACTIONS, "2", 2, WEEK_2_KEPT)
CATALOGUE = Delivery(PRODUCTS, "all", 1, [product(900), product(901)])
LATER_CATALOGUE = Delivery(PRODUCTS, "all", 2, [product(900), product(902), product(904)])
DECEMBER = Delivery(
    INVOICES,
    "2010-12",
    1,
    [
        invoiced("536365", "85123A", 6, "2010-12-01 08:26"),
        invoiced("536370", "85123A", 6, "2010-12-10 08:26"),
        invoiced("536371", "85123A", 6, "2010-12-11 08:26", None),
        invoiced("536373", "22423", 1, "2010-12-09 08:26"),
        invoiced("C536379", "85123A", -1, "2010-12-14 09:41"),
    ],
)
# The sales that returns of both months were matched to are gone; one of another product has come.
DECEMBER_CORRECTED = Delivery(
    INVOICES,
    "2010-12",
    2,
    [
        invoiced("536365", "85123A", 6, "2010-12-01 08:26"),
        invoiced("536372", "71053", 6, "2010-12-12 08:26"),
        invoiced("C536379", "85123A", -1, "2010-12-14 09:41"),
    ],
)
JANUARY = Delivery(
    INVOICES,
    "2011-01",
    1,
    [
        invoiced("C540001", "85123A", -2, "2011-01-04 10:00"),
        invoiced("C540002", "71053", -1, "2011-01-05 10:00"),
        invoiced("C540003", "85123A", -1, "2011-01-06 10:00", None),
        invoiced("C540004", "22423", -1, "2011-01-07 10:00"),
    ],
)
EVERYTHING = (
    CATALOGUE,
    WEEK_1,
    DECEMBER,
    WEEK_2,
    JANUARY,
    WEEK_1_CORRECTED,
    LATER_CATALOGUE,
    DECEMBER_CORRECTED,
    WEEK_2_CORRECTED,
)
# A build follows each group.
ORDERS_OF_ARRIVAL = {
    "one by one": [[delivery] for delivery in EVERYTHING],
    "late weeks, months and catalogues": [
        [WEEK_2, JANUARY],
        [WEEK_1],
        [DECEMBER],
        [CATALOGUE, WEEK_1_CORRECTED],
        [DECEMBER_CORRECTED],
        [LATER_CATALOGUE],
        [WEEK_2_CORRECTED],
    ],
    "the correction before what it corrects": [
        [LATER_CATALOGUE, DECEMBER_CORRECTED, WEEK_1_CORRECTED],
        [WEEK_1, JANUARY],
        [CATALOGUE, WEEK_2_CORRECTED, WEEK_2],
        [DECEMBER],
    ],
}

# What a build writes; the views of the empty warehouse stay.
TABLES = (
    "int_clocks_offset",
    "int_stores_versioned",
    "dim_products",
    "int_products_first_seen",
    "int_unlisted_skus_sold",
    "int_days_touched",
    *FACTS,
)


def build(
    dbt: Dbt, warehouse: SyntheticWarehouse, *models: str, full_refresh: bool = False
) -> None:
    options = ["--full-refresh"] if full_refresh else []
    dbt(warehouse, "run", "--select", *(models or TABLES), *options)


def facts(warehouse: SyntheticWarehouse) -> dict[str, list[tuple[Any, ...]]]:
    return {name: warehouse.rows(name) for name in FACTS}


def assert_equals_full_refresh(dbt: Dbt, warehouse: SyntheticWarehouse) -> None:
    built_incrementally = facts(warehouse)
    build(dbt, warehouse, full_refresh=True)
    assert built_incrementally == facts(warehouse)


@pytest.mark.parametrize("groups", ORDERS_OF_ARRIVAL.values(), ids=ORDERS_OF_ARRIVAL.keys())
def test_an_incremental_build_equals_a_full_refresh(
    dbt: Dbt, warehouse: SyntheticWarehouse, groups: list[list[Delivery]]
) -> None:
    for group in groups:
        warehouse.deliver(*group)
        build(dbt, warehouse)
    # Three lines of either week, three and four of the months: marts that stayed
    # empty would equal their full refresh too.
    assert [len(rows) for rows in facts(warehouse).values()] == [13, 12, 5, 13]
    assert_equals_full_refresh(dbt, warehouse)


def test_a_late_week_changes_only_its_days(dbt: Dbt, warehouse: SyntheticWarehouse) -> None:
    warehouse.deliver(CATALOGUE, WEEK_2, DECEMBER)
    build(dbt, warehouse)
    # Whatever is written again loses this mark.
    for name in FACTS:
        warehouse.run(f"update marts.{name} set currency_code = 'ZZZ'")
    warehouse.deliver(WEEK_1)
    build(dbt, warehouse)
    day = {"fct_returns": "return_date"}
    written = {
        name: warehouse.run(
            f"select cast(min({column}) as varchar), cast(max({column}) as varchar), count(*)"
            f" from (select {day.get(name, 'order_date')} as {column} from marts.{name}"
            "  where currency_code <> 'ZZZ')"
        )
        for name, column in dict.fromkeys(FACTS, "day").items()
    }
    assert written == {
        "fct_order_lines": [("2017-01-02", "2017-01-07", 7)],
        "fct_orders": [("2017-01-02", "2017-01-07", 4)],
        "fct_returns": [(None, None, 0)],
        "fct_sales_daily": [("2017-01-02", "2017-01-07", 7)],
    }


def test_a_late_product_row_turns_unknown_lines_into_known_ones(
    dbt: Dbt, warehouse: SyntheticWarehouse
) -> None:
    warehouse.deliver(WEEK_1)
    build(dbt, warehouse)
    warehouse.deliver(CATALOGUE)
    build(dbt, warehouse)
    for name in ("fct_order_lines", "fct_sales_daily"):
        products = warehouse.run(f"select distinct sku, product_id from marts.{name} order by sku")
        assert products == [
            ("900", "900"),
            ("901", "901"),
            ("902", "unknown"),
            ("903", "unknown"),
        ]


def test_a_model_that_missed_builds_catches_up(dbt: Dbt, warehouse: SyntheticWarehouse) -> None:
    warehouse.deliver(WEEK_1, DECEMBER)
    build(dbt, warehouse)
    # As after a failure of all that reads the order lines.
    warehouse.deliver(WEEK_1_CORRECTED, DECEMBER_CORRECTED)
    build(dbt, warehouse, "int_days_touched", "fct_order_lines")
    warehouse.deliver(WEEK_2)
    build(dbt, warehouse)
    assert_equals_full_refresh(dbt, warehouse)


def test_a_model_built_on_a_lagging_one_is_built_again_when_that_caught_up(
    dbt: Dbt, warehouse: SyntheticWarehouse
) -> None:
    warehouse.deliver(WEEK_1)
    build(dbt, warehouse)
    # The facts are built, but from products and days of before these deliveries.
    warehouse.deliver(CATALOGUE, WEEK_1_CORRECTED, DECEMBER)
    build(dbt, warehouse, *FACTS)
    build(dbt, warehouse)
    assert len(warehouse.rows("fct_order_lines")) == 8
    assert_equals_full_refresh(dbt, warehouse)


def test_what_is_published_while_dbt_builds_is_not_lost(
    dbt: Dbt, warehouse: SyntheticWarehouse
) -> None:
    warehouse.deliver(CATALOGUE, WEEK_1)
    build(dbt, warehouse)
    late = [LATER_CATALOGUE, WEEK_2]

    def publish(event: Any) -> None:
        """Deliver behind dbt's back, one between two products' models, one between two facts."""
        started = event.info.name == "LogStartLine" and event.data.description.split(".")[-1]
        if started in ("int_products_first_seen", "fct_orders"):
            warehouse.deliver(late.pop(0))

    dbt(warehouse, "run", "--select", *TABLES, listen=publish)
    assert late == []
    build(dbt, warehouse)
    assert_equals_full_refresh(dbt, warehouse)
