"""SQL of the semantic layer as LookML writes it, with `${TABLE}` before columns."""

import re
from collections.abc import Callable, Mapping

import sqlglot
from sqlglot import expressions

from onemart.errors import OnemartError

__all__ = ["columns_in", "condition", "of_fields", "of_table"]

_DIMENSION = re.compile(r"\{\{\s*Dimension\(\s*'(\w+?)__(\w+)'\s*\)\s*\}\}")


def of_table(sql: str, dialect: str) -> str:
    """Return an expression with `${TABLE}.` before its columns.

    Parameters
    ----------
    sql : str
        As a semantic model has it, in what DuckDB and GoogleSQL share.
    dialect : str
        `duckdb` or `bigquery`.
    """
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    if isinstance(tree, expressions.Column):
        return f"${{TABLE}}.{tree.name}"
    for column in list(tree.find_all(expressions.Column)):
        column.replace(expressions.var(f"${{TABLE}}.{column.name}"))
    return tree.sql(dialect=dialect, normalize_functions="lower")


def columns_in(sql: str) -> set[str]:
    """Return the columns that an expression names."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    return {column.name for column in tree.find_all(expressions.Column)}


def of_fields(sql: str, fields: Mapping[str, str], dialect: str) -> str:
    """Return an expression over metrics with each metric as a reference to its field.

    Parameters
    ----------
    fields : mapping of str to str
        The names in the expression, each with its field.
    """
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    columns = list(tree.find_all(expressions.Column))
    if isinstance(tree, expressions.Column):
        return f"${{{fields[tree.name]}}}"
    for column in columns:
        column.replace(expressions.var(f"${{{fields[column.name]}}}"))
    return tree.sql(dialect=dialect, normalize_functions="lower")


def condition(template: str, field: Callable[[str, str], str | None]) -> str:
    """Return a metric's filter with its dimensions as references to fields.

    Parameters
    ----------
    field : callable
        Gives the field of an entity's dimension, or none.

    Raises
    ------
    OnemartError
        If there is a part of it that no field stands for.
    """

    def told(found: re.Match[str]) -> str:
        name = field(found[1], found[2])
        if not name:
            raise OnemartError(
                f"its filter asks for {found[1]}__{found[2]}, which is no field here"
            )
        return f"${{{name}}}"

    replaced = _DIMENSION.sub(told, template)
    if "{{" in replaced:
        raise OnemartError(f"its filter {template} asks for more than dimensions")
    return replaced.strip()
