"""Rows of raw tables, written by hand for the tests of late and corrected deliveries."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from tests.mart.synthetic import PROJECT

from onemart.feeds.contract import load_contract
from onemart.feeds.tables import raw_columns


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


def rate(text: str, value: str) -> tuple[Any, ...]:
    """Return what a pound was worth in euros on a day."""
    return row(
        "commerce__fx_rates",
        rate_date=date.fromisoformat(text),
        currency_code="GBP",
        reporting_currency_code="EUR",
        rate=Decimal(value),
    )
