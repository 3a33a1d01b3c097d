"""What waits or waited in quarantine, by reason, with the shape of the values that were wrong.

The warehouse masks: letters become a, digits 9, and no value leaves it. Of columns classed PII,
free text among them, not even the shape is shown.
"""

import re
from dataclasses import dataclass
from typing import Any

from onemart.feeds.column_types import column_type
from onemart.feeds.contract import Contract
from onemart.feeds.tables import quarantine_name
from onemart.feeds.typed_lines import LONGEST_SHOWN
from onemart.portal.reading import Reading
from onemart.warehouse.base import Dialect

__all__ = ["Reason", "masked", "quarantine_by_reason"]

_MOST_REASONS = 50
_MOST_SHAPES = 3

# How the gate words its reasons: of a rule, of a column, of a key; what remains is about the line
# as a whole and names places only.
_OF_RULE = r"(?s)^rule '(.*?)' \([^()]*:[0-9]+\)(?:: (.*))?$"
# The form of whole numbers is the one with a colon of its own.
_WHOLE = f"column [^ ]+ is not {column_type('integer', None).form}"
_OF_COLUMN = rf"(?s)^({_WHOLE}|column .*?|the key .*?)(?:: (.*))?$"
_COLUMN = re.compile(r"column (\S+) is ")


@dataclass
class Reason:
    """Lines that are in quarantine for one reason.

    Attributes
    ----------
    what : str
        The rule's name, or what is wrong with the line.
    lines, open : int
        How many lines there ever were, and how many still wait.
    shapes : list of (str, int, int)
        Masked values with their length and how many lines have them, the most frequent first.
    withheld : str
        Why there are no shapes; empty if there are some.
    """

    what: str
    lines: int
    open: int
    shapes: list[tuple[str, int, int]]
    withheld: str = ""


def masked(dialect: Dialect, text: str) -> str:
    """Return the SQL of a text's shape: letters are a, digits 9, what is not ASCII a dot."""
    for pattern, by in ((r"\p{L}", "a"), (r"\p{N}", "9"), (r"[^ -~]", ".")):
        text = dialect.replace_all(text, pattern, by)
    return text


def quarantine_by_reason(reading: Reading, contract: Contract) -> list[Reason]:
    """Return why lines of a feed are or were in quarantine, the most frequent reason first."""
    dialect = reading.warehouse.dialect
    of_rule = dialect.matches("reason", _OF_RULE)
    of_column = dialect.matches("reason", _OF_COLUMN)

    def part(number: int) -> str:
        # One part of the reason; the first group is what is wrong, the second the value.
        group = f"\\{number}"
        about_line = "''"
        if number == 1:
            no_detail = dialect.replace_all("reason", "(?s): .*$", "")
            about_line = dialect.replace_all(no_detail, "[0-9]+", "#")
        return (
            f"case when {of_rule} then {dialect.replace_all('reason', _OF_RULE, group)}"
            f" when {of_column} then {dialect.replace_all('reason', _OF_COLUMN, group)}"
            f" else {about_line} end"
        )

    rows = reading.dicts(
        f"""
        with reasons as (
            select state, reason
            from {quarantine_name(reading.warehouse, contract)} as quarantine
            cross join {dialect.elements("quarantine.reasons", "reason")}
        ),
        parts as (
            select state, {part(1)} as what, {part(2)} as value from reasons
        ),
        shapes as (
            select
                what, {masked(dialect, "value")} as shape, length(value) as value_length,
                count(*) as line_count,
                sum(case when state = 'open' then 1 else 0 end) as open_count
            from parts group by 1, 2, 3
        ),
        ranked as (
            select
                *,
                sum(line_count) over (partition by what) as lines_of_reason,
                sum(open_count) over (partition by what) as open_of_reason,
                row_number() over (
                    partition by what order by line_count desc, shape, value_length
                ) as place
            from shapes
        )
        select * from ranked where place <= {_MOST_SHAPES}
        order by lines_of_reason desc, what, place
        limit {_MOST_REASONS * _MOST_SHAPES}
        """
    )
    found: dict[str, Reason] = {}
    for row in rows:
        reason = found.setdefault(row["what"], _reason(row, contract))
        if not reason.withheld:
            told = (row["shape"], int(row["value_length"]), int(row["line_count"]))
            reason.shapes.append(told)
    return list(found.values())


def _reason(row: dict[str, Any], contract: Contract) -> Reason:
    reason = Reason(row["what"], int(row["lines_of_reason"]), int(row["open_of_reason"]), [])
    column = _column(reason.what, contract)
    if column is None:
        reason.withheld = "not about one column"
    elif not _is_shown(column, contract):
        reason.withheld = "personal, not shown"
    return reason


def _column(what: str, contract: Contract) -> str | None:
    for rule in contract.rules:
        if rule.name == what:
            column = rule.kwargs.get("column")
            return None if column is None else str(column)
    found = _COLUMN.match(what)
    return found[1] if found else None


def _is_shown(name: str, contract: Contract) -> bool:
    return any(
        column.name == name and column.classification in {"internal", "public"}
        for column in contract.columns
    )


LONGEST_MASKED = LONGEST_SHOWN
"""A longer value was cut to this by the gate."""
