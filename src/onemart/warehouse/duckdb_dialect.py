"""How DuckDB spells what SQL leaves open."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from onemart.warehouse.base import Dialect, hmac_pads

__all__ = ["DuckdbDialect", "literal", "name"]


def name(identifier: str) -> str:
    """Return `identifier` as a quoted name."""
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """Return `value` as an SQL literal."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, bytes):
        return f"from_hex('{value.hex()}')"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    kind = {datetime: "timestamp ", date: "date "}.get(type(value), "")
    return kind + "'" + str(value).replace("'", "''") + "'"


class DuckdbDialect(Dialect):
    """DuckDB; the types of the contracts are its own."""

    keeps_order = True

    def name(self, identifier: str) -> str:
        """Return `identifier` in double quotes."""
        return name(identifier)

    def literal(self, value: Any) -> str:
        """Return `value` as an SQL literal."""
        return literal(value)

    def table(self, schema: str, table: str) -> str:
        """Return the table's name in its schema; a shop is a file."""
        return f"{schema}.{name(table)}"

    def type(self, kind: str) -> str:
        """Return the type, which is DuckDB's own."""
        return "decimal(38,6)" if kind == "money" else kind

    def kind(self, type_name: str) -> str:
        """Return the type, in lowercase."""
        return type_name.lower()

    def try_cast(self, text: str, kind: str, *, with_zone: bool = False) -> str:
        """Cast by TRY_CAST, by way of TIMESTAMPTZ where the text has a zone."""
        if with_zone:
            return f"try_cast({text} as timestamptz) at time zone 'UTC'"
        return f"try_cast({text} as {self.type(kind)})"

    def matches(self, text: str, pattern: str, *, whole: bool = False) -> str:
        """Match by DuckDB's functions, which are RE2."""
        function = "regexp_full_match" if whole else "regexp_matches"
        return f"{function}({text}, {literal(pattern)})"

    def replace_all(self, text: str, pattern: str, by: str) -> str:
        """Replace by DuckDB's function, which wants to be told that it is each match."""
        return f"regexp_replace({text}, {literal(pattern)}, {literal(by)}, 'g')"

    def elements(self, array: str, name: str) -> str:
        """Unnest into a table of one column."""
        return f"unnest({array}) as elements({name})"

    def is_finite(self, value: str) -> str:
        """Ask `isfinite`."""
        return f"isfinite({value})"

    def row_hash(self, columns: Sequence[str]) -> str:
        """Hash by `hash`, whose values stayed the same from DuckDB 1.5.5 to 2.0."""
        return f"hash({', '.join(map(name, columns))})"

    def hmac(self, text: str, key: bytes) -> str:
        """Compute it by two SHA-256, whose digits are hexadecimal."""
        inner, outer = hmac_pads(key)
        message = f"encode(lower(trim({text})))"
        return f"sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || {message})))"
