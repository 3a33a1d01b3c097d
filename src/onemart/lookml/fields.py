"""Dimensions and dimension groups of a view."""

from collections.abc import Sequence
from typing import Any

from onemart.lookml.facts import Dimension, concatenated, is_number, words

__all__ = ["GRANT", "TIMEFRAMES", "fields_of", "group_name", "time_field"]

GRANT = "personal_data"
"""The access grant that every field with PII asks for."""

TIMEFRAMES = ("raw", "date", "week", "month", "quarter", "year")
_OF_MONTHS = ("raw", "month", "quarter", "year")
_OF_MOMENTS = ("raw", "time", "date", "hour_of_day", "day_of_week", "week", "month", "quarter",
               "year")  # fmt: skip
_RETAIL = "retail_"

Field = dict[str, Any]


def group_name(column: str) -> str:
    """Return the name of the dimension group of a column: `trading` for `trading_date`."""
    short = column.removesuffix("_date")
    return column if short in {*TIMEFRAMES, column} else short


def time_field(name: str, column: str, grain: str, description: str = "") -> Field:
    """Return the dimension group of a date; of months only what is whole in months."""
    return {
        "name": name,
        "label": words(name),
        **({"description": description} if description else {}),
        "type": "time",
        "timeframes": list(_OF_MONTHS if grain == "month" else TIMEFRAMES),
        "datatype": "date",
        "convert_tz": "no",
        "sql": f"${{TABLE}}.{column}",
    }


def fields_of(
    dimensions: Sequence[Dimension], key: tuple[str, ...], *, is_hidden_key: bool = True
) -> dict[str, list[Field]]:
    """Return the dimensions and dimension groups of a view, its primary key first.

    Parameters
    ----------
    key : tuple of str
        Columns that are unique together.
    is_hidden_key : bool
        Whether people need not see a key of one column.
    """
    groups: list[Field] = []
    plain: list[Field] = []
    dates = {f"${{TABLE}}.{column}" for column in key}
    is_date = any(one.kind.lower() == "date" and one.sql in dates for one in dimensions)
    # A dimension group cannot be a key.
    if len(key) > 1 or is_date:
        sql = concatenated(key, "${TABLE}.")
        plain.append({"name": "row_key", "primary_key": "yes", "hidden": "yes",
                      "type": "string", "sql": sql})  # fmt: skip
    for one in dimensions:
        kind = one.kind.lower()
        is_key = key == (one.name,)
        told = {
            **({"primary_key": "yes"} if is_key else {}),
            **({"hidden": "yes"} if is_key and is_hidden_key else {}),
            **({"required_access_grants": [GRANT]} if one.is_personal else {}),
        }
        if kind.startswith("timestamp"):
            groups.append({**_named(one, one.name), **told, "type": "time",
                           "timeframes": list(_OF_MOMENTS), "sql": one.sql})  # fmt: skip
        elif kind == "date":
            name = group_name(one.name)
            groups.append({**_named(one, name), **told, "type": "time",
                           "timeframes": list(TIMEFRAMES), "datatype": "date",
                           "convert_tz": "no", "sql": one.sql})  # fmt: skip
        else:
            kept = "yesno" if kind.startswith("bool") else "number" if is_number(kind) else "string"
            plain.append({**_named(one, one.name), **told, "type": kept, "sql": one.sql})
    return {"dimensions": sorted(plain, key=lambda one: "primary_key" not in one),
            "dimension_groups": groups}  # fmt: skip


def _named(one: Dimension, name: str) -> Field:
    return {
        "name": name,
        "label": words(name),
        **({"group_label": "Retail calendar (4-5-4)"} if one.name.startswith(_RETAIL) else {}),
        **({"group_label": "Ids"} if one.name.endswith("_id") else {}),
        **({"description": one.description} if one.description else {}),
    }
