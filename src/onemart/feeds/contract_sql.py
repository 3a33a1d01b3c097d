"""SQL that a contract states: a condition on lines, or the control total of one.

It is written as DuckDB takes it, `"name"` for a name and `'text'` for a text; in GoogleSQL both
would be texts. So what is quoted is spelled as the warehouse wants it, as is the name of a function
that has another there; all other words are left alone.
"""

import re

from onemart.warehouse.base import Dialect

__all__ = ["spelled"]

_PART = re.compile(
    r"""'(?P<text>(?:[^']|'')*)' | "(?P<name>(?:[^"]|"")*)" | (?P<comment>--[^\n]* | /\*.*?\*/)
    | (?P<function>\b[A-Za-z_]\w*)(?=\s*\()""",
    re.VERBOSE | re.DOTALL,
)


def spelled(sql: str, dialect: Dialect) -> str:
    """Return the contract's `sql` in the dialect of a warehouse, without its comments."""

    def part(found: re.Match[str]) -> str:
        if found["comment"] is not None:
            return " "
        if found["function"] is not None:
            return dialect.functions.get(found["function"].lower(), found["function"])
        if found["name"] is not None:
            return dialect.name(found["name"].replace('""', '"'))
        return dialect.literal(found["text"].replace("''", "'"))

    return _PART.sub(part, sql)
