"""The types a contract can name, each with its one lexical form.

A value is checked as text against the form before it is cast, because the casts of two warehouses
differ: DuckDB reads '1.6' as the integer 2 and '1_000' as 1000, BigQuery reads neither. The
patterns are RE2, which both warehouses speak.
"""

import re
from dataclasses import dataclass

from onemart.warehouse.base import Dialect

__all__ = ["ColumnType", "column_type"]

_MICROSECONDS = r"(\.[0-9]{1,6})?"
# DuckDB also reads the year 0, the hour 24 and an offset of 25 hours; BigQuery does not.
_DATE = r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]" + _MICROSECONDS
_OFFSET = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"


@dataclass(frozen=True)
class ColumnType:
    """How one column type is written in a file and in the warehouse.

    Attributes
    ----------
    kind : str
        The type as DuckDB names it.
    pattern : str
        RE2 pattern that the whole text must match; empty for text, where all is allowed.
    form : str
        The form in words, for messages.
    rank : tuple of (str, int, int)
        Family, integer digits and decimals; a type may widen inside its family.
    with_zone : bool
        Whether the text carries a zone that the cast turns into UTC.
    """

    kind: str
    pattern: str
    form: str
    rank: tuple[str, int, int]
    with_zone: bool = False

    def cast(self, text: str, dialect: Dialect) -> str:
        """Return the SQL that casts `text`, a text expression, giving null where it cannot."""
        return dialect.try_cast(text, self.kind, with_zone=self.with_zone)

    def is_defective(self, text: str, dialect: Dialect) -> str:
        """Return the SQL predicate: `text` is given, but not in this type's form."""
        if not self.pattern:
            return "false"
        cast = self.cast(text, dialect)
        unreadable = f"not {dialect.is_finite(cast)}" if self.kind == "double" else "false"
        in_form = dialect.matches(text, self.pattern, whole=True)
        return f"({text} is not null and (not {in_form} or {cast} is null or {unreadable}))"

    def widens(self, narrower: "ColumnType") -> bool:
        """Tell whether every value of `narrower` is one of this type, too."""
        family, digits, decimals = self.rank
        other_family, other_digits, other_decimals = narrower.rank
        if family == other_family:
            return digits >= other_digits and decimals >= other_decimals
        return family == "text"


_TEXT = ColumnType("varchar", "", "text", ("text", 0, 0))
_INTEGER = ColumnType(
    "bigint",
    r"-?[0-9]{1,19}",
    "a whole number: digits, an optional minus sign, no separators, within 64 bits",
    ("number", 19, 0),
)
_DOUBLE = ColumnType(
    "double",
    r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?",
    "a finite number with a point for decimals",
    ("float", 0, 0),
)
_BOOLEAN = ColumnType("boolean", "true|false", "true or false", ("boolean", 0, 0))
_DATE_TYPE = ColumnType("date", _DATE, "a date as YYYY-MM-DD", ("date", 0, 0))
_TIMESTAMP = ColumnType(
    "timestamp",
    f"{_DATE}[T ]{_TIME}",
    "a time as YYYY-MM-DD HH:MM:SS without a zone",
    ("timestamp", 0, 0),
)
_TIMESTAMP_WITH_ZONE = ColumnType(
    "timestamp",
    f"{_DATE}[T ]{_TIME}{_OFFSET}",
    "a time as YYYY-MM-DDTHH:MM:SS with Z or an offset such as +01:00",
    ("timestamp with zone", 0, 0),
    with_zone=True,
)
_DECIMAL = re.compile(r"(?:decimal|numeric)\(([0-9]+), ?([0-9]+)\)")


def _decimal(digits: int, decimals: int) -> ColumnType:
    whole = digits - decimals
    fraction = rf"(\.[0-9]{{1,{decimals}}})?" if decimals else ""
    return ColumnType(
        f"decimal({digits},{decimals})",
        rf"-?[0-9]{{1,{whole}}}{fraction}",
        f"a number with at most {whole} digits before and {decimals} after the point",
        ("number", whole, decimals),
    )


def column_type(logical: str, physical: str | None, *, with_zone: bool = False) -> ColumnType:
    """Return the type for ODCS `logicalType` and `physicalType`.

    Parameters
    ----------
    logical : str
        string, integer, number, boolean, date or timestamp.
    physical : str or None
        For a number, `decimal(digits,decimals)` gives exact decimals, `double` a floating point
        number. Other types have one physical type, so it may be left out.
    with_zone : bool
        Whether the timestamps in the file carry a zone.

    Raises
    ------
    ValueError
        If the pair names no type; the message says which ones there are.
    """
    if logical == "number":
        match = _DECIMAL.fullmatch((physical or "").lower())
        if match and 0 <= int(match[2]) < int(match[1]) <= 38:
            return _decimal(int(match[1]), int(match[2]))
        if (physical or "").lower() in {"double", "float64"}:
            return _DOUBLE
        raise ValueError(
            f"physicalType {physical!r} of a number is neither decimal(digits,decimals) nor double"
        )
    types = {
        "string": _TEXT,
        "integer": _INTEGER,
        "boolean": _BOOLEAN,
        "date": _DATE_TYPE,
        "timestamp": _TIMESTAMP_WITH_ZONE if with_zone else _TIMESTAMP,
    }
    if logical not in types:
        known = ", ".join([*types, "number"])
        raise ValueError(f"logicalType {logical!r} is not one of {known}")
    return types[logical]
