"""How GoogleSQL, BigQuery's SQL, spells what the gate's statements leave open."""

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from onemart.warehouse.base import Dialect, hmac_pads

__all__ = ["BigqueryDialect", "bind", "numeric_type"]

_TYPES = {
    "varchar": "string",
    "json": "string",
    "bigint": "int64",
    "integer": "int64",
    "ubigint": "int64",
    "double": "float64",
    "boolean": "bool",
    "date": "date",
    # Every timestamp of Onemart is UTC; BigQuery's DATETIME has no zone at all.
    "timestamp": "timestamp",
    "blob": "bytes",
    "money": "numeric",
}
# The widest that has the name; the contracts know no digits beyond 38.
_KINDS = {
    "string": "varchar",
    "int64": "bigint",
    "float64": "double",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "bytes": "blob",
    "numeric": "decimal(38,9)",
    "bignumeric": "decimal(38,0)",
}
_DECIMAL = re.compile(r"decimal\(([0-9]+), ?([0-9]+)\)")
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\x00"}
# Whatever may hold a question mark that stands for no parameter, and those that do.
_PLACES = re.compile(
    r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|--[^\n]*|/\*.*?\*/|\?""", re.DOTALL
)


def numeric_type(digits: int, decimals: int) -> str:
    """Return the decimal type that holds all numbers of so many digits, so many of them decimals.

    Without parameters, for the contract's form is checked by the gate, and a column without them
    widens with the contract.
    """
    return "numeric" if digits - decimals <= 29 and decimals <= 9 else "bignumeric"


def bind(sql: str, literals: Sequence[str]) -> str:
    """Put the literals in the places of the question marks.

    Raises
    ------
    ValueError
        If there are not as many of the one as of the other.
    """
    given = iter(literals)

    def place(found: re.Match[str]) -> str:
        return next(given, "?") if found[0] == "?" else found[0]

    wanted = sum(found[0] == "?" for found in _PLACES.finditer(sql))
    if wanted != len(literals):
        raise ValueError(f"{wanted} parameters in the statement, {len(literals)} given: {sql}")
    return _PLACES.sub(place, sql)


def _decimal(value: Decimal) -> str:
    _, digits, exponent = value.as_tuple()
    decimals = -min(int(exponent), 0)
    return f"{numeric_type(max(len(digits), decimals), decimals)} '{value:f}'"


class BigqueryDialect(Dialect):
    """GoogleSQL, for the datasets of one prefix.

    Parameters
    ----------
    project, prefix : str
        Where the shop's datasets are, and what their names begin with: `<prefix>_raw` and so on.
    """

    functions = MappingProxyType(
        {"regexp_matches": "regexp_contains", "strlen": "byte_length", "isnan": "is_nan"}
    )

    def __init__(self, project: str, prefix: str) -> None:
        self.project = project
        self.prefix = prefix

    def name(self, identifier: str) -> str:
        """Return `identifier` between backticks."""
        return "`" + identifier.replace("\\", "\\\\").replace("`", "\\`") + "`"

    def literal(self, value: Any) -> str:
        """Return None, a boolean, number, text, bytes, date, timestamp or list of texts."""
        if isinstance(value, list | tuple):
            spelled = f"array<string>[{', '.join(map(self.literal, value))}]"
        elif value is None or isinstance(value, bool | int):
            spelled = "null" if value is None else str(value).lower()
        elif isinstance(value, float):
            spelled = repr(value) if math.isfinite(value) else f"cast('{value}' as float64)"
        elif isinstance(value, Decimal):
            spelled = _decimal(value)
        elif isinstance(value, bytes):
            spelled = f"from_hex('{value.hex()}')"
        elif isinstance(value, datetime):
            moment = value.astimezone(UTC) if value.tzinfo else value
            spelled = f"timestamp '{moment:%Y-%m-%d %H:%M:%S.%f}+00:00'"
        elif isinstance(value, date):
            spelled = f"date '{value:%Y-%m-%d}'"
        else:
            spelled = "'" + "".join(_ESCAPES.get(letter, letter) for letter in str(value)) + "'"
        return spelled

    def table(self, schema: str, table: str) -> str:
        """Return the full, quoted name of a table of the shop."""
        return ".".join(map(self.name, (self.project, f"{self.prefix}_{schema}", table)))

    def type(self, kind: str) -> str:
        """Return GoogleSQL's name of a type that is named as DuckDB names it."""
        kind = kind.lower()
        if kind.endswith("[]"):
            return f"array<{self.type(kind[:-2])}>"
        if found := _DECIMAL.fullmatch(kind):
            return numeric_type(int(found[1]), int(found[2]))
        return _TYPES[kind]

    def kind(self, type_name: str) -> str:
        """Return a type as DuckDB names it; one that Onemart does not use keeps its own name."""
        if type_name.startswith("array<"):
            return self.kind(type_name[6:-1]) + "[]"
        return _KINDS.get(type_name, type_name)

    def try_cast(self, text: str, kind: str, *, with_zone: bool = False) -> str:
        """Cast a text expression, giving null where it cannot; with a zone, turn it into UTC."""
        del with_zone  # a timestamp is a point in time, so an offset is turned into UTC anyway
        if self.type(kind) in {"numeric", "bignumeric"}:
            # The emulator refuses blanks around a number, which the real service passes over; a
            # text with them is out of form anyway.
            text = f"trim({text})"
        return f"safe_cast({text} as {self.type(kind)})"

    def text(self, value: str, kind: str) -> str:
        """Cast an expression to the text that DuckDB would make of it."""
        if found := _DECIMAL.fullmatch(kind.lower()):
            return f"format('%.{found[2]}f', {value})"
        if kind.lower() == "timestamp":
            return f"replace(cast({value} as string), '+00', '')"
        return super().text(value, kind)

    def matches(self, text: str, pattern: str, *, whole: bool = False) -> str:
        """Tell whether an RE2 pattern occurs in the text, or is the whole text."""
        pattern = f"^(?:{pattern})$" if whole else pattern
        return f"regexp_contains({text}, {self.literal(pattern)})"

    def replace_all(self, text: str, pattern: str, by: str) -> str:
        """Replace by the function that replaces each match."""
        return f"regexp_replace({text}, {self.literal(pattern)}, {self.literal(by)})"

    def elements(self, array: str, name: str) -> str:
        """Unnest into values, each a column of that name."""
        return f"unnest({array}) as {name}"

    def is_finite(self, value: str) -> str:
        """Tell whether a double is neither NaN nor infinite."""
        return f"not (is_nan({value}) or is_inf({value}))"

    def row_hash(self, columns: Sequence[str]) -> str:
        """Return 60 bits of the MD5 of the row's texts, which tells missing from empty.

        Rows whose texts hold the separators can be mistaken for each other; nothing is decided by
        this hash alone.
        """
        texts = ", ".join(f"cast({self.name(column)} as string)" for column in columns)
        row = f"array_to_string([{texts}], '\\x1e', '\\x1f')"
        return f"cast(concat('0x', substr(to_hex(md5({row})), 1, 15)) as int64)"

    def hmac(self, text: str, key: bytes) -> str:
        """Return the HMAC-SHA256 of the trimmed, lowercase text, 64 hexadecimal digits."""
        inner, outer = hmac_pads(key)
        # Blanks only, as in DuckDB: BigQuery would trim every white space.
        message = f"cast(lower(trim({text}, ' ')) as bytes)"
        return (
            f"to_hex(sha256(concat(from_hex('{outer}'),"
            f" sha256(concat(from_hex('{inner}'), {message})))))"
        )
