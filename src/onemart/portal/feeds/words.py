"""A contract in words that a person reads."""

from collections.abc import Mapping
from typing import Any

from onemart.feeds.contract import Contract, Schedule
from onemart.feeds.rules import Rule

__all__ = ["in_words", "rejection", "relation", "schedule"]

_RELATIONS = {
    "append": "Rows add up: a delivery adds its lines to those before it.",
    "upsert": "The latest version of a key counts.",
    "replacePeriod": "The latest delivery of a period counts; it replaces all of that period.",
    "fullSnapshot": "The latest delivery counts; it replaces all that came before.",
}
_MOST_VALUES = 12
_DAY_HOURS = 24

# What each code of the ledger means. The gate's own sentence can quote the file, whose first line
# may be a person instead of a header, so it stays with `onemart deliveries`.
_REJECTIONS = {
    "damaged_gzip": "The file is no intact gzip file.",
    "damaged_parquet": "The file is no intact Parquet file.",
    "empty_file": "The file is empty.",
    "empty_snapshot": "The file has no rows, and as a full snapshot it would delete everything.",
    "missing_column": "The header lacks a column of the contract.",
    "missing_header": "The first line is no header.",
    "not_a_file": "What was delivered is a link, not a file.",
    "repeated_column": "The header names a column more than once.",
    "rule_cannot_execute": "A rule of the contract cannot be executed.",
    "same_bytes": "The same bytes had been accepted before.",
    "table_rule": "The file breaks a rule about files as a whole.",
    "too_many_bad_lines": "A larger share of its lines is bad than the contract allows.",
    "truncated_gzip": "The transfer was cut off in the middle.",
    "unexpected_file_name": "The name is none that the contract knows.",
    "unreadable_header": "The header is not readable.",
    "unreadable_parquet": "Its columns cannot be read.",
    "utf_16": "The file is UTF-16 text.",
    "verdict_mismatch": "Great Expectations and the gate count differently; please report this.",
    "wrong_delimiter": "The fields are separated by another character than agreed.",
}


def rejection(code: str | None) -> str:
    """Return what a code of the ledger means, without a word from the file."""
    return _REJECTIONS.get(code or "", (code or "").replace("_", " "))


def relation(contract: Contract) -> str:
    """Return how the deliveries of a feed relate to each other."""
    return _RELATIONS[contract.deliveries.relation]


def schedule(told: Schedule) -> str:
    """Return when deliveries are due."""
    return f"every {_span(told.every_hours)}, late after another {_span(told.grace_hours)}"


def _span(hours: float) -> str:
    if hours >= _DAY_HOURS and hours % _DAY_HOURS == 0:
        days = int(hours // _DAY_HOURS)
        return "day" if days == 1 else f"{days} days"
    return "hour" if hours == 1 else f"{hours:g} hours"


def in_words(rule: Rule) -> str:
    """Return what a rule asks for."""
    told = _of_history(rule) or _of_kind(rule.type, rule.kwargs)
    column = rule.kwargs.get("column")
    return f"{column}: {told}" if column else told


def _of_history(rule: Rule) -> str:
    history = rule.history
    if "maxAgeDays" in history:
        return f"the youngest is at most {history['maxAgeDays']} days old"
    if "sameWeekday" in history:
        low, high = history.get("lowest", 0.5), history.get("highest", 2.0)
        which = "of the same weekday" if history["sameWeekday"] else "before it"
        return (
            f"between {float(low):g} and {float(high):g} times as many rows as the deliveries"
            f" {which} have by their median"
        )
    return ""


def _of_kind(kind: str, kwargs: Mapping[str, Any]) -> str:
    pair = f"{kwargs.get('column_A')} and {kwargs.get('column_B')}"
    larger = "at least" if kwargs.get("or_equal") else "greater than"
    listed = _listed(kwargs)
    told = {
        "expect_column_values_to_not_be_null": "no line lacks it",
        "expect_column_values_to_be_null": "every line lacks it",
        "expect_column_values_to_be_between": _bounds(kwargs),
        "expect_column_values_to_be_in_set": f"one of {listed}",
        "expect_column_values_to_not_be_in_set": f"none of {listed}",
        "expect_column_values_to_be_unique": "no value is there twice",
        "expect_compound_columns_to_be_unique": f"no combination of {listed} is there twice",
        "expect_column_value_lengths_to_be_between": f"{_bounds(kwargs)} characters long",
        "expect_column_values_to_match_regex": f"holds the pattern {kwargs.get('regex')}",
        "expect_column_values_to_not_match_regex": f"holds no {kwargs.get('regex')}",
        "expect_column_pair_values_to_be_equal": f"{pair} are equal",
        "expect_column_pair_values_a_to_be_greater_than_b": (
            f"{kwargs.get('column_A')} is {larger} {kwargs.get('column_B')}"
        ),
        "unexpected_rows_expectation": _condition(kwargs),
        "expect_table_row_count_to_be_between": f"{_bounds(kwargs)} rows in the file",
        "expect_column_sum_to_be_between": f"the sum is {_bounds(kwargs)}",
        "expect_column_mean_to_be_between": f"the mean is {_bounds(kwargs)}",
        "expect_column_min_to_be_between": f"the smallest is {_bounds(kwargs)}",
        "expect_column_max_to_be_between": f"the largest is {_bounds(kwargs)}",
        "expect_column_unique_value_count_to_be_between": f"{_bounds(kwargs)} distinct values",
        "expect_column_distinct_values_to_contain_set": f"the file has all of {listed}",
    }
    return told.get(kind, kind.replace("_", " "))


def _condition(kwargs: Mapping[str, Any]) -> str:
    condition = " ".join(str(kwargs.get("unexpected_rows_query", "")).split())
    return "no line where " + condition.split(" where ", 1)[-1]


def _bounds(kwargs: Mapping[str, Any]) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is None:
        return f"{'less than' if kwargs.get('strict_max') else 'at most'} {high}"
    if high is None:
        return f"{'more than' if kwargs.get('strict_min') else 'at least'} {low}"
    return f"{'above' if kwargs.get('strict_min') else 'from'} {low} to {high}"


def _listed(kwargs: Mapping[str, Any]) -> str:
    values = list(map(str, kwargs.get("value_set") or kwargs.get("column_list") or []))
    more = len(values) - _MOST_VALUES
    return ", ".join(values[:_MOST_VALUES]) + (f" and {more} more" if more > 0 else "")
