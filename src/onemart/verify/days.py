"""Sets of days, as the conditions of a statement name them by constants."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlglot import exp

__all__ = ["EVER", "NEVER", "Days", "both", "compared", "either", "is_constant", "shortest"]

Days = tuple[tuple[int, int], ...]
"""Ranges of ordinals (`date.toordinal`), each with its first day and the day behind its last."""

_FIRST, _END = 1, date.max.toordinal() + 1
EVER: Days = ((_FIRST, _END),)
NEVER: Days = ()
_MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.EQ: exp.EQ,
}


def both(one: Days, other: Days) -> Days:
    """Return the days that are in both."""
    return _joined(
        (max(a, b), min(c, d)) for a, c in one for b, d in other if max(a, b) < min(c, d)
    )


def either(one: Days, other: Days) -> Days:
    """Return the days that are in one of them."""
    return _joined((*one, *other))


def _joined(ranges: Iterable[tuple[int, int]]) -> Days:
    joined: list[tuple[int, int]] = []
    for first, end in sorted(ranges):
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((first, end))
    return tuple(joined)


def shortest(days: Days) -> int | None:
    """Return the length of the shortest range; None where there is none, or one without an end."""
    if any(first == _FIRST or end == _END for first, end in days):
        return None
    return min((end - first for first, end in days), default=None)


def compared(condition: exp.Expr) -> tuple[exp.Expr, Days] | None:
    """Return what a comparison compares with constants, and the days that it leaves.

    Constants that are no literal, such as `current_date()`, leave any day.
    """
    if isinstance(condition, exp.Between):
        low, high = condition.args["low"], condition.args["high"]
        if is_constant(low) and is_constant(high):
            return condition.this, both(_side(exp.GTE, low), _side(exp.LTE, high))
    elif isinstance(condition, exp.In) and condition.expressions:
        if all(map(is_constant, condition.expressions)):
            days = NEVER
            for value in condition.expressions:
                days = either(days, _side(exp.EQ, value))
            return condition.this, days
    elif type(condition) in _MIRRORED:
        left, right = condition.args["this"], condition.args["expression"]
        if is_constant(right) and not is_constant(left):
            return left, _side(type(condition), right)
        if is_constant(left) and not is_constant(right):
            return right, _side(_MIRRORED[type(condition)], left)
    return None


def is_constant(node: exp.Expr) -> bool:
    """Whether an expression looks at no column and asks nothing."""
    return node.find(exp.Column, exp.Query) is None


def _side(kind: type[exp.Expr], value: exp.Expr) -> Days:
    """Return the days on one side of a constant."""
    if isinstance(value.this if isinstance(value, exp.Cast) else value, exp.Null):
        return NEVER
    moment = _moment(value)
    if moment is None:
        return EVER
    day, is_midnight = moment.date().toordinal(), moment.time() == datetime.min.time()
    is_date = isinstance(value, exp.Cast) and value.is_type("date")
    sides: dict[type[exp.Expr], Days] = {
        exp.EQ: ((day, day + 1),),
        exp.GTE: ((day, _END),),
        exp.GT: ((day + is_date, _END),),
        exp.LTE: ((_FIRST, day + 1),),
        exp.LT: ((_FIRST, day if is_midnight else day + 1),),
    }
    return sides[kind]


def _moment(value: exp.Expr) -> datetime | None:
    literal = value.this if isinstance(value, exp.Cast) else value
    if not isinstance(literal, exp.Literal) or not literal.is_string:
        return None
    try:
        return datetime.fromisoformat(literal.this).replace(tzinfo=None)
    except ValueError:
        return None
