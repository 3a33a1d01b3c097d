"""Compare a table of two warehouses row for row, and show a person what differs.

Order does not count. Rows are paired by the table's key; whole numbers, text, dates, timestamps and
truth values are equal or not, decimals too unless their column is agreed to be right to the cent,
and floating-point numbers are equal to one part in a billion.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

__all__ = ["Comparison", "Difference", "Table", "compare", "kind_of"]

FLOAT_TOLERANCE = 1e-9
HALF_A_CENT = Decimal("0.005")
_MOST_SHOWN = 20

# What the types of DuckDB and of BigQuery's API and SQL mean alike.
_KINDS = {
    "text": {"varchar", "string", "text"},
    "whole number": {"bigint", "int64", "integer"},
    "decimal": {"decimal", "numeric", "bignumeric"},
    "float": {"double", "float", "float64"},
    "truth value": {"boolean", "bool"},
    "date": {"date"},
    "timestamp": {"timestamp"},
}


def kind_of(declared: str) -> str:
    """Return what a warehouse's type means in either warehouse; an unknown type is itself.

    Parameters
    ----------
    declared : str
        As the warehouse names it: `DECIMAL(28,6)`, `NUMERIC`, `INT64`.
    """
    bare = declared.lower().partition("(")[0].strip()
    return next((kind for kind, names in _KINDS.items() if bare in names), bare)


@dataclass(frozen=True)
class Table:
    """A table as one warehouse holds it.

    Attributes
    ----------
    columns : Mapping
        The type of each column by its name, in the order of the rows' values.
    rows : sequence of tuple
        All rows.
    """

    columns: Mapping[str, str]
    rows: Sequence[tuple[Any, ...]]

    def without(self, names: Iterable[str]) -> "Table":
        """Return the table without some of its columns."""
        left_out = set(names)
        kept = [place for place, name in enumerate(self.columns) if name not in left_out]
        if len(kept) == len(self.columns):
            return self
        columns = {name: kind for name, kind in self.columns.items() if name not in left_out}
        return Table(columns, [tuple(row[place] for place in kept) for row in self.rows])


@dataclass(frozen=True)
class Difference:
    """A value that differs, or a row that only one side has.

    Attributes
    ----------
    key : dict
        Where: the row's key.
    column : str
        The column; empty for a whole row.
    first, second : object
        The value on either side; for a whole row, whether it is there.
    """

    key: dict[str, Any]
    column: str
    first: Any
    second: Any

    def __str__(self) -> str:
        where = ", ".join(f"{name} {value}" for name, value in self.key.items())
        if not self.column:
            return f"{where}: only in the {'first' if self.first else 'second'}"
        return f"{where}: {self.column} is {self.first!r} and {self.second!r}"


@dataclass
class Comparison:
    """What a comparison found.

    Attributes
    ----------
    rows, other_rows : int
        Rows of the first and of the second table.
    problems : list of str
        What is wrong with the tables as such: a column or a type that differs.
    different : int
        How many values and whole rows differ.
    differences : list of Difference
        The first of them.
    largest : dict
        The largest difference by column, of numbers that are not exactly equal.
    """

    rows: int = 0
    other_rows: int = 0
    problems: list[str] = field(default_factory=list)
    different: int = 0
    differences: list[Difference] = field(default_factory=list)
    largest: dict[str, Decimal | float | int] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        """Whether both tables are there and hold the same."""
        return not self.problems and not self.different

    def note(self, difference: Difference) -> None:
        """Count a difference, and keep it while there is room to show it."""
        self.different += 1
        if len(self.differences) < _MOST_SHOWN:
            self.differences.append(difference)


def compare(
    first: Table, second: Table, *, key: Sequence[str], to_the_cent: Iterable[str] = ()
) -> Comparison:
    """Compare two tables.

    Parameters
    ----------
    key : sequence of str
        The columns that tell rows apart. Rows that share a key are paired in the order of their
        values; without a key, all columns that are equal or not make one.
    to_the_cent : iterable of str
        Decimal columns that may differ by less than half a cent, because they come of a division.
    """
    found = Comparison(len(first.rows), len(second.rows))
    kinds = _common_kinds(first, second, found)
    if found.problems:
        return found
    cents = set(to_the_cent)
    exact = [name for name, kind in kinds.items() if kind != "float" and name not in cents]
    key = list(key) or exact
    by_key = _by_key(first, key, exact)
    by_other_key = _by_key(second, key, exact)
    for values in sorted(by_key.keys() | by_other_key.keys(), key=_sortable):
        named = dict(zip(key, values, strict=True))
        for row, other in zip_longest(by_key.get(values, []), by_other_key.get(values, [])):
            if row is None or other is None:
                found.note(Difference(named, "", row is not None, other is not None))
                continue
            for name in kinds:
                if not _same(row[name], other[name], name, cents, found.largest):
                    found.note(Difference(named, name, row[name], other[name]))
    return found


def _common_kinds(first: Table, second: Table, found: Comparison) -> dict[str, str]:
    kinds = {name: kind_of(declared) for name, declared in first.columns.items()}
    other_kinds = {name: kind_of(declared) for name, declared in second.columns.items()}
    for name in sorted(kinds.keys() | other_kinds.keys()):
        if name not in kinds or name not in other_kinds:
            where = "first" if name in kinds else "second"
            found.problems.append(f"Column {name} is only in the {where}.")
        elif kinds[name] != other_kinds[name]:
            found.problems.append(
                f"Column {name} is {first.columns[name]} and {second.columns[name]}."
            )
    return kinds


def _by_key(
    table: Table, key: Sequence[str], exact: Sequence[str]
) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    grouped: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for values in table.rows:
        row = dict(zip(table.columns, map(_plain, values), strict=True))
        grouped[tuple(row[name] for name in key)].append(row)
    for rows in grouped.values():
        if len(rows) > 1:
            # Values that may differ a little decide only between rows that are otherwise alike.
            rows.sort(key=lambda row: _sortable([*(row[name] for name in exact), *row.values()]))
    return grouped


def _plain(value: Any) -> Any:
    """Return a timestamp as UTC without zone, which is how one of the warehouses gives it."""
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def _sortable(values: Iterable[Any]) -> list[tuple[int, Any]]:
    """Give values an order in which what has none, null and NaN, comes first."""
    return [
        (0, "") if value is None else (1, "") if value != value else (2, value)  # noqa: PLR0124
        for value in values
    ]


def _same(
    value: Any,
    other: Any,
    name: str,
    cents: set[str],
    largest: dict[str, Decimal | float | int],
) -> bool:
    if type(value) is not type(other):
        return False
    if value == other or (value != value and other != other):  # noqa: PLR0124 - NaN is not itself
        return True
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    apart = abs(value - other)
    largest[name] = max(largest.get(name, apart), apart)
    if isinstance(value, float):
        return math.isclose(value, other, rel_tol=FLOAT_TOLERANCE)
    return name in cents and apart < HALF_A_CENT
