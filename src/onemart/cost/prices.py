"""BigQuery's list prices and sizes; the only place that states them."""

import os

from onemart.errors import UsageError

__all__ = ["LEAST_BYTES", "SOURCE", "price_of", "size_of", "slot_hours"]

SOURCE = (
    "list prices of the US multi-region as of May 2026, cloud.google.com/bigquery/pricing:"
    " on demand, and Enterprise edition by the slot-hour"
)
_PER_TIB = 6.25
_PER_SLOT_HOUR = 0.06
# On demand, each table of a query is billed with at least 10 MB.
LEAST_BYTES = 10 * 1024**2
# Logical bytes of a value, by Google's "Data type sizes"; a missing one has none.
_SIZES = {"boolean": 1, "decimal": 16}
_TEXT, _OTHER = 2, 8


def price_of(bytes_read: float) -> float:
    """Return dollars for bytes that are read on demand; ONEMART_PRICE_PER_TIB overrides the price.

    Raises
    ------
    UsageError
        If the variable is not a number.
    """
    return bytes_read / 1024**4 * _price("ONEMART_PRICE_PER_TIB", _PER_TIB)


def slot_hours(dollars: float) -> float:
    """Return the slot-hours that dollars buy; ONEMART_PRICE_PER_SLOT_HOUR overrides their price.

    Raises
    ------
    UsageError
        If the variable is not a number.
    """
    return dollars / _price("ONEMART_PRICE_PER_SLOT_HOUR", _PER_SLOT_HOUR)


def size_of(kind: str) -> tuple[int, bool]:
    """Return the bytes of a value of a type, named as DuckDB does, and whether its length counts.

    Examples
    --------
    >>> size_of("decimal(12,2)"), size_of("varchar")
    ((16, False), (2, True))
    """
    name = kind.partition("(")[0]
    if name in {"varchar", "json", "blob"}:
        return _TEXT, True
    return _SIZES.get(name, _OTHER), False


def _price(variable: str, default: float) -> float:
    told = os.environ.get(variable)
    try:
        price = float(told) if told else default
    except ValueError:
        price = -1.0
    if not 0 < price < float("inf"):
        raise UsageError(f"{variable} is '{told}'.", f"Give dollars, such as {default}.")
    return price
