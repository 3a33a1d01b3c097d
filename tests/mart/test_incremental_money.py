"""Money that is late, corrected or taken back: a build of days equals a full refresh."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.mart.conftest import Dbt
from tests.mart.rows import columns, moment, rate, row
from tests.mart.synthetic import Delivery, SyntheticWarehouse

FACTS = ("fct_payments", "fct_refunds", "fct_chargebacks", "fct_shipments", "fct_order_balances")
BUILT = ("int_exchange_rates_filled", "int_order_days_touched", "int_orders_totalled", *FACTS)
SHOP = "demo"

# 501 is of the 2nd in Berlin, 502 is in pounds, 503 was entered by mistake.
ORDERED = {501: "03-01T23:30", 502: "03-05T10:00", 503: "03-09T10:00"}
CURRENCIES = {501: "EUR", 502: "GBP", 503: "EUR"}


def about(table: str, order_id: int, **values: Any) -> tuple[Any, ...]:
    """Return a row about an order, which holds `values` and what is the same for all rows of it."""
    known = {
        "order_id": order_id,
        "ordered_at": moment(ORDERED[order_id]),
        "currency_code": CURRENCIES[order_id],
        "store_id": "ONLINE",
        "is_deleted": False,
        **values,
    }
    return row(table, **{name: known[name] for name in columns(table) if name in known})


def order(order_id: int, total: str, **values: Any) -> tuple[Any, ...]:
    amounts = {"total_amount": Decimal(total), "line_net_amount": Decimal(total)}
    nothing = dict.fromkeys(("shipping_amount", "tax_amount", "rounding_amount"), Decimal(0))
    told = {"status": "completed", "is_tax_included": True, **amounts, **nothing, **values}
    return about("commerce__orders", order_id, **told)


def line(order_id: int, number: int, net: str, **values: Any) -> tuple[Any, ...]:
    told = {"line_number": number, "net_amount": Decimal(net), **values}
    return about("commerce__order_lines", order_id, **told)


def paid(number: int, order_id: int, kind: str, amount: str, when: str) -> tuple[Any, ...]:
    return about(
        "commerce__payments",
        order_id,
        payment_id=number,
        processed_at=moment(when),
        payment_kind=kind,
        payment_method="card",
        status="success",
        amount=Decimal(amount),
        fee_amount=Decimal("0.1"),
    )


def refunded(
    number: int, order_id: int, amount: str, when: str, *, is_deleted: bool = False
) -> tuple[Any, ...]:
    return about(
        "commerce__refunds",
        order_id,
        refund_line_id=number,
        refund_id=number,
        refunded_at=moment(when),
        channel="web",
        refund_kind="goodwill",
        refund_method="card",
        reason="late",
        quantity=0,
        is_restocked=False,
        net_amount=Decimal(amount),
        tax_amount=Decimal(0),
        paid_amount=Decimal(amount),
        is_deleted=is_deleted,
    )


def disputed(order_id: int, amount: str, status: str) -> tuple[Any, ...]:
    return about(
        "after_sale__chargebacks",
        order_id,
        chargeback_id=order_id,
        payment_id=10 * order_id,
        opened_at=moment("04-20T10:00"),
        amount=Decimal(amount),
        reason="fraud",
        status=status,
    )


def sent(order_id: int, cost: str | None) -> tuple[Any, ...]:
    return about(
        "commerce__shipments",
        order_id,
        shipment_id=order_id,
        carrier="Gelbe Post",
        shipped_at=moment("03-10T08:00"),
        promised_date=date(2025, 3, 12),
        unit_count=1,
        status="in_transit",
        shipping_cost_amount=cost and Decimal(cost),
    )


def feed(name: str, before: list[Any], after: list[Any]) -> tuple[Delivery, Delivery]:
    """Return what came of a feed first, and the same corrected."""
    return Delivery(name, "1", 1, before), Delivery(name, "1", 2, after)


ORDERS = feed(
    "commerce__orders",
    [order(501, "100.00"), order(503, "7.00")],
    [order(501, "100.00"), order(502, "50.00"), order(503, "7.00", is_deleted=True)],
)
LINES = feed(
    "commerce__order_lines",
    [line(501, 1, "60.00"), line(502, 1, "50.00"), line(503, 1, "7.00")],
    [
        line(501, 1, "60.00"),
        line(501, 2, "40.00"),
        line(502, 1, "50.00"),
        line(503, 1, "7.00", is_deleted=True),
    ],
)
PAYMENTS = feed(
    "commerce__payments",
    [
        paid(1, 501, "authorisation", "100.00", "03-01T23:31"),
        paid(3, 502, "sale", "5.00", "03-05T10:01"),
    ],
    [
        paid(1, 501, "authorisation", "100.00", "03-01T23:31"),
        paid(2, 501, "capture", "100.00", "03-04T09:00"),
        paid(3, 502, "sale", "50.00", "03-05T10:01"),
    ],
)
REFUNDS = feed(
    "commerce__refunds",
    [refunded(1, 501, "20.00", "03-28T10:00"), refunded(2, 502, "10.00", "04-02T10:00")],
    [
        refunded(1, 501, "30.00", "03-29T10:00"),
        refunded(2, 502, "10.00", "04-02T10:00", is_deleted=True),
    ],
)
CHARGEBACKS = feed(
    "after_sale__chargebacks", [disputed(502, "50.00", "open")], [disputed(502, "50.00", "lost")]
)
SHIPMENTS = feed("commerce__shipments", [sent(501, None)], [sent(501, "4.9500")])
# The 5th has the rate of the 3rd until its own is known.
RATES = feed(
    "commerce__fx_rates",
    [rate("2025-03-03", "1.10")],
    [rate("2025-03-03", "1.10"), rate("2025-03-05", "1.20")],
)
FEEDS = (ORDERS, LINES, PAYMENTS, REFUNDS, CHARGEBACKS, SHIPMENTS, RATES)
FIRST = [first for first, _ in FEEDS]
CORRECTED = [second for _, second in FEEDS]

# A build follows each group.
ARRIVALS = {
    "as it happened": [FIRST, CORRECTED],
    "money before its orders, rates last": [
        [REFUNDS[0], PAYMENTS[1], CHARGEBACKS[1]],
        [LINES[1], SHIPMENTS[0], ORDERS[1]],
        [REFUNDS[1], SHIPMENTS[1], *RATES],
    ],
}


@pytest.mark.parametrize("groups", ARRIVALS.values(), ids=ARRIVALS.keys())
def test_an_incremental_build_equals_a_full_refresh(
    dbt: Dbt, warehouse: SyntheticWarehouse, groups: list[list[Delivery]]
) -> None:
    for group in groups:
        warehouse.deliver(*group)
        dbt(warehouse, "run", "--select", *BUILT, shop=SHOP)
    built = {name: warehouse.rows(name) for name in FACTS}
    assert warehouse.run(
        "select order_id, cast(order_date as varchar), order_unexplained_amount, order_paid_amount,"
        " order_open_amount, paid_amount from marts.fct_order_balances order by order_id"
    ) == [
        ("501", "2025-03-02", 0, Decimal("70.00"), 0, Decimal("70.00")),
        ("502", "2025-03-05", 0, 0, Decimal("50.00"), 0),
    ]
    assert warehouse.run(
        "select captured_amount, charged_back_amount from marts.fct_order_balances"
        " where order_id = '502'"
    ) == [(Decimal("60.00"), Decimal("60.00"))]
    dbt(warehouse, "run", "--select", *BUILT, "--full-refresh", shop=SHOP)
    assert built == {name: warehouse.rows(name) for name in FACTS}
