"""The macros of dbt's own that models call, as SQL that parses; sqlfluff never runs it."""

from collections.abc import Callable

_TYPES = {
    "type_bigint": "bigint",
    "type_boolean": "boolean",
    "type_float": "double",
    "type_int": "integer",
    "type_numeric": "numeric(28, 6)",
    "type_string": "varchar",
    "type_timestamp": "timestamp",
}


def date_spine(datepart: str, start_date: str, end_date: str) -> str:
    return f"select {start_date} as date_{datepart} where {end_date} is not null"


def listagg(measure: str, delimiter: str = "','", order_by: str = "", _limit: int = 0) -> str:
    return f"string_agg({measure}, {delimiter} {order_by})"


def concat(fields: list[str]) -> str:
    return " || ".join(fields)


def __getattr__(name: str) -> Callable[..., str]:
    """Return a macro that becomes a type, or a function call with its arguments."""
    if name.startswith("__"):
        raise AttributeError(name)
    if name.startswith("type_"):
        return lambda: _TYPES[name]
    return lambda *arguments: f"{name}({', '.join(str(argument) for argument in arguments)})"
