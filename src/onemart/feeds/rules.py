"""The closed list of rules that a contract can state, as Great Expectations expectations.

Great Expectations gives the verdict. Which lines broke a rule about lines, the gate finds by its
own predicate for that rule; a test holds that it selects exactly the lines that GX counts.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onemart.feeds.contract_sql import spelled
from onemart.warehouse.base import Dialect

__all__ = ["COMPARED_AS", "LINE_RULES", "TABLE_RULES", "Rule", "unexpected_lines"]

Kwargs = Mapping[str, Any]
COMPARED_AS = "compared_as"
"""The gate's own argument of a rule on two columns: the type that both are compared in."""

_WHERE = re.compile(r"\s*select\s+\*\s+from\s+\{batch\}\s+where\s+(.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Rule:
    """One expectation of a contract.

    Attributes
    ----------
    name : str
        The rule's name in messages and in the ledger.
    type : str
        The expectation's GX type, such as `expect_column_values_to_be_between`.
    kwargs : Mapping
        The expectation's arguments.
    severity : str
        `error`: its lines go to quarantine, or a file that breaks a table rule is rejected;
        `warning`: it is only counted.
    line : int
        Where the rule stands in the contract.
    history : Mapping
        For table rules whose bounds follow from earlier deliveries or the clock.
    """

    name: str
    type: str
    kwargs: Kwargs
    severity: str
    line: int
    history: Kwargs

    @property
    def is_about_lines(self) -> bool:
        """Whether single lines break the rule, rather than the file as a whole."""
        return self.type in LINE_RULES


def _text(value: Any, dialect: Dialect) -> str:
    """Return a literal that the column's type reads; YAML takes a day for a date, not for text."""
    return dialect.literal(value if isinstance(value, bool | int | float) else str(value))


def _bounds(value: str, kwargs: Kwargs, dialect: Dialect) -> str:
    bounds = []
    if kwargs.get("min_value") is not None:
        operator = "<=" if kwargs.get("strict_min") else "<"
        bounds.append(f"{value} {operator} {_text(kwargs['min_value'], dialect)}")
    if kwargs.get("max_value") is not None:
        operator = ">=" if kwargs.get("strict_max") else ">"
        bounds.append(f"{value} {operator} {_text(kwargs['max_value'], dialect)}")
    if not bounds:
        raise ValueError("needs min_value or max_value")
    return "(" + " or ".join(bounds) + ")"


def _between(kwargs: Kwargs, dialect: Dialect) -> str:
    return _bounds(dialect.name(kwargs["column"]), kwargs, dialect)


def _lengths(kwargs: Kwargs, dialect: Dialect) -> str:
    return _bounds(f"length({dialect.name(kwargs['column'])})", kwargs, dialect)


def _in_set(kwargs: Kwargs, dialect: Dialect) -> str:
    values = kwargs["value_set"]
    if not isinstance(values, list) or not values:
        raise ValueError("needs value_set, a list with at least one value")
    listed = ", ".join(_text(value, dialect) for value in values)
    return f"{dialect.name(kwargs['column'])} in ({listed})"


def _not_in_set(kwargs: Kwargs, dialect: Dialect) -> str:
    return f"not {_in_set(kwargs, dialect)}"


def _duplicated(columns: list[str], dialect: Dialect) -> str:
    keys = ", ".join(map(dialect.name, columns))
    given = " and ".join(f"{dialect.name(column)} is not null" for column in columns)
    same = " and ".join(
        f"lines.{column} = repeated.{column}" for column in map(dialect.name, columns)
    )
    # Grouping and joining back is several times faster than a window over all lines.
    return (
        "_line in (select lines._line from {table} as lines inner join"
        f" (select {keys} from {{table}} where {given} group by {keys} having count(*) > 1)"
        f" as repeated on {same})"
    )


def _unique(kwargs: Kwargs, dialect: Dialect) -> str:
    return _duplicated([kwargs["column"]], dialect)


def _unique_together(kwargs: Kwargs, dialect: Dialect) -> str:
    return _duplicated(list(kwargs["column_list"]), dialect)


def _matches(kwargs: Kwargs, dialect: Dialect) -> str:
    return dialect.matches(dialect.name(kwargs["column"]), kwargs["regex"])


def _pair(kwargs: Kwargs, dialect: Dialect) -> tuple[str, str]:
    """Return both columns; a day and a time as times, for BigQuery compares no two types."""
    first, second = dialect.name(kwargs["column_A"]), dialect.name(kwargs["column_B"])
    if COMPARED_AS in kwargs:
        kind = dialect.type(kwargs[COMPARED_AS])
        return f"cast({first} as {kind})", f"cast({second} as {kind})"
    return first, second


def _unequal(kwargs: Kwargs, dialect: Dialect) -> str:
    first, second = _pair(kwargs, dialect)
    return f"{first} <> {second}"


def _not_greater(kwargs: Kwargs, dialect: Dialect) -> str:
    first, second = _pair(kwargs, dialect)
    return f"{first} {'<' if kwargs.get('or_equal') else '<='} {second}"


def _rows(kwargs: Kwargs, dialect: Dialect) -> str:
    match = _WHERE.fullmatch(kwargs["unexpected_rows_query"])
    if not match:
        raise ValueError(
            "needs an unexpected_rows_query of the form 'select * from {batch} where <condition>'"
        )
    return f"({spelled(match[1], dialect).strip()})".replace("{batch}", "{table}")


# Each gives the condition under which a line is unexpected. As in GX, a missing value breaks no
# rule but the one against missing values. `{table}` stands for the table of the delivery.
LINE_RULES: dict[str, Callable[[Kwargs, Dialect], str]] = {
    "expect_column_values_to_not_be_null": lambda k, d: f"{d.name(k['column'])} is null",
    "expect_column_values_to_be_null": lambda k, d: f"{d.name(k['column'])} is not null",
    "expect_column_values_to_be_between": _between,
    "expect_column_values_to_be_in_set": _not_in_set,
    "expect_column_values_to_not_be_in_set": _in_set,
    "expect_column_values_to_be_unique": _unique,
    "expect_compound_columns_to_be_unique": _unique_together,
    "expect_column_value_lengths_to_be_between": _lengths,
    "expect_column_values_to_match_regex": lambda k, d: f"not {_matches(k, d)}",
    "expect_column_values_to_not_match_regex": _matches,
    "expect_column_pair_values_to_be_equal": _unequal,
    "expect_column_pair_values_a_to_be_greater_than_b": _not_greater,
    "unexpected_rows_expectation": _rows,
}

TABLE_RULES = frozenset(
    {
        "expect_table_row_count_to_be_between",
        "expect_column_sum_to_be_between",
        "expect_column_mean_to_be_between",
        "expect_column_min_to_be_between",
        "expect_column_max_to_be_between",
        "expect_column_unique_value_count_to_be_between",
        "expect_column_distinct_values_to_contain_set",
    }
)


def unexpected_lines(rule: Rule, table: str, dialect: Dialect) -> str:
    """Return the SQL condition that holds for the lines of `table` which break `rule`.

    The table has a column `_line`, which tells its lines apart.

    Raises
    ------
    ValueError
        If the rule's arguments make no condition.
    """
    try:
        return LINE_RULES[rule.type](rule.kwargs, dialect).replace("{table}", table)
    except KeyError as missing:
        raise ValueError(f"needs the argument {missing}") from None
