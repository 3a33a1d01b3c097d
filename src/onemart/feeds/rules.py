"""The closed list of rules that a contract can state, as Great Expectations expectations.

Great Expectations gives the verdict. Which lines broke a rule about lines, the gate finds by its
own predicate for that rule; a test holds that it selects exactly the lines that GX counts.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onemart.feeds.sql import literal, name

__all__ = ["LINE_RULES", "TABLE_RULES", "Rule", "unexpected_lines"]

Kwargs = Mapping[str, Any]

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


def _between(value: str, kwargs: Kwargs) -> str:
    bounds = []
    if kwargs.get("min_value") is not None:
        operator = "<=" if kwargs.get("strict_min") else "<"
        bounds.append(f"{value} {operator} {literal(kwargs['min_value'])}")
    if kwargs.get("max_value") is not None:
        operator = ">=" if kwargs.get("strict_max") else ">"
        bounds.append(f"{value} {operator} {literal(kwargs['max_value'])}")
    if not bounds:
        raise ValueError("needs min_value or max_value")
    return "(" + " or ".join(bounds) + ")"


def _value_set(kwargs: Kwargs) -> str:
    values = kwargs["value_set"]
    if not isinstance(values, list) or not values:
        raise ValueError("needs value_set, a list with at least one value")
    return ", ".join(literal(value) for value in values)


def _duplicated(columns: list[str]) -> str:
    keys = ", ".join(name(column) for column in columns)
    given = " and ".join(f"{name(column)} is not null" for column in columns)
    # Grouping and joining back is several times faster than a window over all lines.
    return (
        f"({given} and ({keys}) in"
        f" (select ({keys}) from {{table}} where {given} group by {keys} having count(*) > 1))"
    )


def _greater(kwargs: Kwargs) -> str:
    first, second = name(kwargs["column_A"]), name(kwargs["column_B"])
    return f"{first} {'<' if kwargs.get('or_equal') else '<='} {second}"


def _lengths(kwargs: Kwargs) -> str:
    return _between(f"length({name(kwargs['column'])})", kwargs)


def _rows(kwargs: Kwargs) -> str:
    match = _WHERE.fullmatch(kwargs["unexpected_rows_query"])
    if not match:
        raise ValueError(
            "needs an unexpected_rows_query of the form 'select * from {batch} where <condition>'"
        )
    # The line break ends a comment that the condition may end with.
    return f"({match[1].strip()}\n)".replace("{batch}", "{table}")


def _column(kwargs: Kwargs) -> str:
    return name(kwargs["column"])


# Each gives the condition under which a line is unexpected. As in GX, a missing value breaks no
# rule but the one against missing values. `{table}` stands for the table of the delivery.
LINE_RULES: dict[str, Callable[[Kwargs], str]] = {
    "expect_column_values_to_not_be_null": lambda k: f"{_column(k)} is null",
    "expect_column_values_to_be_null": lambda k: f"{_column(k)} is not null",
    "expect_column_values_to_be_between": lambda k: _between(_column(k), k),
    "expect_column_values_to_be_in_set": lambda k: f"{_column(k)} not in ({_value_set(k)})",
    "expect_column_values_to_not_be_in_set": lambda k: f"{_column(k)} in ({_value_set(k)})",
    "expect_column_values_to_be_unique": lambda k: _duplicated([k["column"]]),
    "expect_compound_columns_to_be_unique": lambda k: _duplicated(list(k["column_list"])),
    "expect_column_value_lengths_to_be_between": _lengths,
    "expect_column_values_to_match_regex": (
        lambda k: f"not regexp_matches({_column(k)}, {literal(k['regex'])})"
    ),
    "expect_column_values_to_not_match_regex": (
        lambda k: f"regexp_matches({_column(k)}, {literal(k['regex'])})"
    ),
    "expect_column_pair_values_to_be_equal": (
        lambda k: f"{name(k['column_A'])} <> {name(k['column_B'])}"
    ),
    "expect_column_pair_values_a_to_be_greater_than_b": _greater,
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


def unexpected_lines(rule: Rule, table: str) -> str:
    """Return the SQL condition that holds for the lines of `table` which break `rule`.

    Raises
    ------
    ValueError
        If the rule's arguments make no condition.
    """
    try:
        return LINE_RULES[rule.type](rule.kwargs).replace("{table}", table)
    except KeyError as missing:
        raise ValueError(f"needs the argument {missing}") from None
