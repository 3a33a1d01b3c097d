"""Names and literals in SQL."""

from typing import Any

__all__ = ["literal", "name"]


def name(identifier: str) -> str:
    """Return `identifier` as a quoted name."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """Return `value` (text, number, boolean, date, None) as an SQL literal."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
