"""Sales of a shop of our own whose descriptions, rates and refunds come late, or are taken back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.mart.conftest import Dbt
from tests.mart.rows import moment, rate, row
from tests.mart.synthetic import Delivery, SyntheticWarehouse

SHOP = "demo"
FACTS = (
    "fct_order_lines",
    "fct_orders",
    "fct_returns",
    "fct_sales_daily",
    "fct_sales_hourly",
    "fct_order_costs",
    "fct_order_cost_shares",
    "fct_profit_lines",
    "fct_customers_monthly",
    "dim_customer_versions",
    "dim_product_versions",
    "dim_store_versions",
)
ANCESTORS = [f"+{name}" for name in FACTS]
# The empty warehouse has these views; those that know the shop's currency and clock are built anew.
NOT_BUILT = ["path:models/staging"]


def product(change: str, category: str, kind: str = "goods", sku: str = "K1") -> tuple[Any, ...]:
    return row(
        "erp__products",
        sku=sku,
        changed_at=moment(change),
        product_name="Lamp",
        product_kind=kind,
        category=category,
        launched_date=date(2025, 2, 1),
    )


def store(change: str, zone: str, start_hour: int) -> tuple[Any, ...]:
    return row(
        "erp__stores",
        store_id="S01",
        changed_at=moment(change),
        channel="store",
        time_zone=zone,
        trading_day_start_hour=start_hour,
        opened_date=date(2025, 1, 1),
    )


def customer(change: str, city: str) -> tuple[Any, ...]:
    return row(
        "commerce__customers",
        customer_id=7,
        changed_at=moment(change),
        created_at=moment("01-01T10:00"),
        city=city,
        accepts_marketing=True,
        is_deleted=False,
    )


def order(number: int, when: str, **values: Any) -> tuple[Any, ...]:
    zero = dict.fromkeys(("shipping_amount", "tax_amount", "rounding_amount"), Decimal(0))
    told = {
        "store_id": "S01",
        "channel": "store",
        "customer_id": 7,
        "status": "completed",
        "currency_code": "EUR",
        "is_tax_included": True,
        "total_amount": Decimal(10),
        "is_deleted": False,
        **values,
    }
    return row("commerce__orders", order_id=number, ordered_at=moment(when), **zero, **told)


def line(number: int, when: str, **values: Any) -> tuple[Any, ...]:
    amounts = ("promotion_discount_amount", "loyalty_discount_amount", "tax_amount")
    told = {
        "line_number": 1,
        "store_id": "S01",
        "channel": "store",
        "customer_id": 7,
        "sku": "K1",
        "quantity": 2,
        "gross_amount": Decimal(12),
        "offer_discount_amount": Decimal(2),
        "offer_id": "o1",
        "net_amount": Decimal(10),
        "is_tax_included": True,
        "currency_code": "EUR",
        "status": "completed",
        "is_deleted": False,
        **dict.fromkeys(amounts, Decimal(0)),
        **values,
    }
    return row("commerce__order_lines", order_id=number, ordered_at=moment(when), **told)


def refund(number: int, sold: str, when: str, **values: Any) -> tuple[Any, ...]:
    told = {
        "line_number": 1,
        "store_id": "S01",
        "channel": "store",
        "customer_id": 7,
        "sku": "K1",
        "refund_kind": "goods",
        "quantity": 1,
        "net_amount": Decimal(5),
        "tax_amount": Decimal(0),
        "paid_amount": Decimal(5),
        "currency_code": "EUR",
        "is_restocked": True,
        "is_deleted": False,
        **values,
    }
    return row(
        "commerce__refunds",
        refund_line_id=number,
        refund_id=number,
        order_id=number,
        ordered_at=moment(sold),
        refunded_at=moment(when),
        **told,
    )


def offer(change: str, funding: str) -> tuple[Any, ...]:
    return row(
        "marketing__offers",
        offer_id="o1",
        changed_at=moment(change),
        offer_kind="amount_off",
        start_date=date(2025, 3, 1),
        end_date=date(2025, 3, 31),
        supplier_funding_rate=Decimal(funding),
    )


def cost(valid_from: str, amount: str) -> tuple[Any, ...]:
    return row(
        "erp__product_costs",
        sku="K1",
        valid_from_date=date.fromisoformat(valid_from),
        unit_cost_amount=Decimal(amount),
        currency_code="EUR",
    )


def told(table: str, period: str, *rows: tuple[Any, ...], version: int = 1) -> Delivery:
    return Delivery(table, period, version, list(rows))


# 601 is of the 2nd of March wherever the store's clock stands, 602 is in pounds, 603 is a guest's
# and 604 is sold before the first known version of its product.
SOLD = {601: "03-02T12:00", 602: "03-12T04:30", 603: "03-25T12:00", 604: "02-03T12:00"}
LINES = told(
    "commerce__order_lines",
    "1",
    line(601, SOLD[601]),
    line(601, SOLD[601], line_number=2, sku="K2", offer_id=None),
    line(602, SOLD[602], currency_code="GBP"),
    line(603, SOLD[603], customer_id=None),
    line(604, SOLD[604]),
)
# One line was a mistake, one has another quantity.
LINES_CORRECTED = told(
    "commerce__order_lines",
    "1",
    line(601, SOLD[601], quantity=3),
    line(601, SOLD[601], line_number=2, sku="K2", offer_id=None, is_deleted=True),
    line(602, SOLD[602], currency_code="GBP"),
    line(603, SOLD[603], customer_id=None),
    line(604, SOLD[604]),
    version=2,
)
ORDERS = told(
    "commerce__orders",
    "1",
    order(601, SOLD[601]),
    order(602, SOLD[602], currency_code="GBP"),
    order(603, SOLD[603], customer_id=None, guest_email_hmac="abc"),
    order(604, SOLD[604]),
)
REFUNDS = told(
    "commerce__refunds",
    "1",
    refund(602, SOLD[602], "04-20T12:00", currency_code="GBP"),
    refund(603, SOLD[603], "04-22T12:00", customer_id=None, guest_email_hmac="abc"),
)
REFUNDS_CORRECTED = told(
    "commerce__refunds",
    "1",
    refund(602, SOLD[602], "04-20T12:00", currency_code="GBP", is_restocked=False),
    refund(603, SOLD[603], "04-23T12:00", customer_id=None, guest_email_hmac="abc", quantity=2),
    version=2,
)
PRODUCT = told(
    "erp__products", "1", product("02-05T08:00", "Lamps"), product("02-05T08:00", "Bulbs", sku="K2")
)
# With the version of the 10th known, that of the 20th says nothing new any more.
LATER_PRODUCT = told("erp__products", "2", product("03-20T08:00", "Lights"))
LATE_PRODUCT = told("erp__products", "3", product("03-10T08:00", "Lights"))
EARLIER_PRODUCT = told("erp__products", "4", product("02-01T08:00", "Wires", "gift_card"))
STORE = told("erp__stores", "1", store("01-01T00:00", "Europe/Berlin", 0))
# 4:30 UTC is half past midnight in New York, whose trading day of the 11th is not over.
LATE_STORE = told("erp__stores", "2", store("03-05T00:00", "America/New_York", 6))
CUSTOMER = told("commerce__customers", "1", customer("01-01T10:00", "Bonn"))
LATE_CUSTOMER = told("commerce__customers", "2", customer("02-01T10:00", "Ulm"))
RATES = told("commerce__fx_rates", "1", rate("2025-03-10", "1.10"), rate("2025-04-17", "1.20"))
LATE_RATES = told("commerce__fx_rates", "2", rate("2025-03-12", "1.30"), rate("2025-04-20", "1.40"))
OFFER = told("marketing__offers", "1", offer("03-01T00:00", "0.5"))
LATE_OFFER = told("marketing__offers", "2", offer("03-15T00:00", "0.25"))
COST = told("erp__product_costs", "1", cost("2025-02-01", "3.00"))
LATE_COST = told("erp__product_costs", "2", cost("2025-03-11", "4.00"))

# A build follows each group.
ARRIVALS = {
    "as it happened, descriptions late": [
        [PRODUCT, STORE, CUSTOMER, RATES, OFFER, COST, LINES, ORDERS],
        [LATER_PRODUCT, REFUNDS],
        [LATE_PRODUCT, LATE_STORE, LATE_CUSTOMER],
        [EARLIER_PRODUCT, LATE_RATES],
        [LATE_OFFER, LATE_COST],
        [LINES_CORRECTED, REFUNDS_CORRECTED],
    ],
    "sales last": [
        [REFUNDS_CORRECTED, LATE_STORE, LATE_RATES],
        [LINES, LATER_PRODUCT, OFFER],
        [ORDERS, REFUNDS, EARLIER_PRODUCT, LATE_OFFER],
        [LINES_CORRECTED, LATE_PRODUCT, STORE, CUSTOMER],
        [PRODUCT, LATE_CUSTOMER, COST, RATES, LATE_COST],
    ],
}


def build(dbt: Dbt, warehouse: SyntheticWarehouse, *options: str) -> dict[str, list[Any]]:
    chosen = ["--select", *ANCESTORS, "--exclude", *NOT_BUILT]
    dbt(warehouse, "run", *chosen, *options, shop=SHOP)
    return {name: warehouse.rows(name) for name in FACTS}


@pytest.mark.parametrize("groups", ARRIVALS.values(), ids=ARRIVALS.keys())
def test_an_incremental_build_equals_a_full_refresh(
    dbt: Dbt, warehouse: SyntheticWarehouse, groups: list[list[Delivery]]
) -> None:
    for group in groups:
        warehouse.deliver(*group)
        built = build(dbt, warehouse)
    assert warehouse.run(
        "select order_line_id, cast(trading_date as varchar), lines.line_type, lines.unit_count,"
        " exchange_rate, category, promotion_funding_amount, lines.unit_cost_amount"
        " from marts.fct_order_lines inner join marts.fct_profit_lines as lines"
        " using (order_line_id) inner join marts.dim_product_versions"
        " on fct_order_lines.product_version_id = dim_product_versions.product_version_id"
        " order by order_line_id"
    ) == [
        ("601-1", "2025-03-02", "sale", 3, 1, "Lamps", Decimal("0.5"), 3),
        ("601-2", "2025-03-02", "void", 0, 1, "Bulbs", 0, None),
        ("602-1", "2025-03-11", "sale", 2, Decimal("1.3"), "Lights", Decimal("0.65"), 4),
        ("603-1", "2025-03-25", "sale", 2, 1, "Lights", Decimal("0.5"), 4),
        ("604-1", "2025-02-03", "deposit", 0, 1, "Wires", 0, 3),
        ("refund-602", "2025-04-20", "return", -1, Decimal("1.4"), "Lights", 0, 4),
        ("refund-603", "2025-04-23", "return", -2, 1, "Lights", 0, 4),
    ]
    assert built == build(dbt, warehouse, "--full-refresh")
