"""Rows of raw tables, written by hand for the tests of late and corrected deliveries."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from tests.mart.synthetic import PROJECT, Delivery

from onemart.feeds.contract import load_contract
from onemart.feeds.tables import raw_columns

DISCOUNTS = ("promotion_discount_amount", "loyalty_discount_amount", "offer_discount_amount")


@cache
def columns(table: str) -> tuple[str, ...]:
    """Return the columns of a feed's raw table, without those that the gate adds to every feed."""
    source, feed = table.split("__")
    return tuple(raw_columns(load_contract(PROJECT / f"expectations/{source}/{feed}.yml")))


def row(table: str, **values: Any) -> tuple[Any, ...]:
    """Return a row of a feed that holds `values` and else nothing."""
    assert set(values) <= set(columns(table)), f"{table} lacks {set(values) - set(columns(table))}"
    return tuple(values.get(column) for column in columns(table))


def moment(text: str) -> datetime:
    """Return a time of 2025, told as `03-01T23:30`."""
    return datetime.fromisoformat(f"2025-{text}:00")


def line(order: int, customer: int, when: str, net: int = 10, **values: Any) -> tuple[Any, ...]:
    """Return an order's only line, known at once unless `values` say otherwise."""
    told = {
        "line_number": 1,
        "updated_at": moment(when),
        "store_id": "S01",
        "channel": "store",
        "sku": "K1",
        "quantity": 1,
        "net_amount": Decimal(net),
        "tax_amount": Decimal(0),
        "is_tax_included": True,
        "currency_code": "EUR",
        "status": "completed",
        "is_deleted": False,
        **dict.fromkeys(DISCOUNTS, Decimal(0)),
        **values,
    }
    return row(
        "commerce__order_lines",
        order_id=order,
        customer_id=customer,
        ordered_at=moment(when),
        gross_amount=sum((told[name] for name in DISCOUNTS), told["net_amount"]),
        **told,
    )


def lines(period: str, version: int, *rows: tuple[Any, ...]) -> Delivery:
    """Return a delivery of order lines."""
    return Delivery("commerce__order_lines", period, version, list(rows))


def rate(text: str, value: str) -> tuple[Any, ...]:
    """Return what a pound was worth in euros on a day."""
    return row(
        "commerce__fx_rates",
        rate_date=date.fromisoformat(text),
        currency_code="GBP",
        reporting_currency_code="EUR",
        rate=Decimal(value),
    )
