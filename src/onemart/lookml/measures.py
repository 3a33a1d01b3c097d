"""Measures: each metric once, by what the semantic layer says, and beside other periods."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onemart.lookml.definitions import Definitions
from onemart.lookml.expressions import condition, of_fields
from onemart.lookml.facts import Fact, Input

__all__ = ["FORMATS", "Context", "compared_measures", "plain_measures", "running_measures"]

Field = dict[str, Any]

SIDES = {"previous": "the period before", "last_year": "last year's period"}
"""What a period is compared with, as the columns of `dim_periods` call it."""

FORMATS = {
    "currency": "decimal_2",
    "share": "percent_1",
    "ratio": "decimal_2",
    "days": "decimal_1",
}
_SQL = {
    "sum": "sum({})",
    "count_distinct": "count(distinct {})",
    "average": "avg({})",
    "min": "min({})",
    "max": "max({})",
    "median": "median({})",
}


@dataclass(frozen=True)
class Context:
    """What measures are written with.

    Attributes
    ----------
    dialect : str
        `duckdb` or `bigquery`.
    field : callable
        Gives the field that an entity's dimension is in the fact's explore, or none.
    """

    definitions: Definitions
    dialect: str
    field: Callable[[str, str], str | None]


def plain_measures(fact: Fact, context: Context) -> list[Field]:
    """Return the measures of a fact, a field for each metric, and hidden ones of filtered parts."""
    return [
        {**_told(name, context), **body} if not body.get("hidden") else {"name": name, **body}
        for metric in fact.metrics
        for name, body in _bodies(fact, metric, context, "").items()
    ]


def compared_measures(fact: Fact, context: Context) -> list[Field]:
    """Return each metric now, in the period before and last year's, and its growth.

    The view has a row for each side that a row of the fact is on; `side` says which.
    """
    found: list[Field] = [
        {
            "name": f"has_{side}_period",
            "hidden": "yes",
            "type": "max",
            "sql": f"case when ${{TABLE}}.has_{side} then 1 else 0 end",
        }
        for side in SIDES
    ]
    for metric in fact.metrics:
        for side in ("now", *SIDES):
            for name, body in _bodies(fact, metric, context, side).items():
                is_shown = name in {metric, f"{metric}_{side}"} and not body.get("hidden")
                told = _told(metric, context, side) if is_shown else {"hidden": "yes"}
                found.append({**told, **body, "name": name})
        for side in SIDES:
            then = f"${{{metric}_{side}}}"
            found.append(
                {
                    **_told(metric, context, side, growth=True),
                    "name": f"{metric}_growth_on_{side}",
                    "type": "number",
                    "value_format_name": "percent_1",
                    "sql": f"(${{{metric}}} - {then}) / nullif(abs({then}), 0)",
                }
            )
    return found


def running_measures(fact: Fact, context: Context) -> list[Field]:
    """Return measures of cumulative metrics: of one day, for those of two do not add up."""
    found = []
    for metric in fact.metrics:
        told = context.definitions.metrics[metric]["type_params"]["measure"]
        summed = _aggregated(fact.inputs[told["name"]], fact.inputs[told["name"]].sql)
        found.append(
            {
                **_told(metric, context),
                "type": "number",
                "sql": f"case when count(distinct ${{TABLE}}.figure_date) = 1 then {summed} end",
            }
        )
    return found


def _bodies(fact: Fact, metric: str, context: Context, side: str) -> Mapping[str, Field]:
    """Return by name the bodies of a metric's measures: its own, and hidden parts of it."""
    told = context.definitions.metrics[metric]
    params = told["type_params"]
    suffix = "" if side in {"", "now"} else f"_{side}"
    if told["type"] == "simple":
        return _simple(fact, metric, context, side, [])
    extra: dict[str, Field] = {}
    names = {}
    parts = [params.get("numerator"), params.get("denominator"), *(params.get("metrics") or [])]
    for part in filter(None, parts):
        names[part.get("alias") or part["name"]] = f"{part['name']}{suffix}"
        if part.get("filter"):
            own = f"{metric}_of_{part['name']}"
            filters = [one["where_sql_template"] for one in part["filter"]["where_filters"]]
            bodies = _simple(fact, part["name"], context, side, filters)
            extra |= {
                name.replace(part["name"], own, 1): {
                    **body,
                    "hidden": "yes",
                    "sql": body["sql"].replace(f"${{{part['name']}_", f"${{{own}_"),
                }
                for name, body in bodies.items()
            }
            names[part.get("alias") or part["name"]] = f"{own}{suffix}"
    if told["type"] == "ratio":
        above, below = (
            names[params[place].get("alias") or params[place]["name"]]
            for place in ("numerator", "denominator")
        )
        sql = f"${{{above}}} / nullif(${{{below}}}, 0)"
    else:
        sql = of_fields(params["expr"], names, context.dialect)
    return {**extra, f"{metric}{suffix}": {"type": "number", "sql": sql}}


def _simple(
    fact: Fact, metric: str, context: Context, side: str, filters: list[str]
) -> Mapping[str, Field]:
    told = context.definitions.metrics[metric]
    measure = told["type_params"]["measure"]
    taken = fact.inputs[measure["name"]]
    templates = [
        one["where_sql_template"]
        for place in (told["filter"], measure["filter"])
        for one in (place or {}).get("where_filters", [])
    ]
    conditions = [condition(one, context.field) for one in (*templates, *filters)]
    conditions += [f"${{TABLE}}.side = '{side}'"] if side else []
    is_zero = measure["fill_nulls_with"] == 0
    body = _body(taken, _when(conditions, taken), is_zero=is_zero)
    if side not in SIDES:
        return {metric: body}
    # Where the shop had not opened then, there is nothing to compare with, and not zero.
    raw = f"{metric}_{side}_raw"
    known = f"case when ${{has_{side}_period}} = 1 then ${{{raw}}} end"
    return {
        raw: {**body, "hidden": "yes"},
        f"{metric}_{side}": {"type": "number", "sql": known},
    }


def _when(conditions: list[str], taken: Input) -> str:
    if not conditions:
        return taken.sql
    told = " and ".join(f"({one})" if " or " in one.lower() else one for one in conditions)
    return f"case when {told} then {taken.sql} end"


def _body(taken: Input, sql: str, *, is_zero: bool) -> Field:
    """Return type and SQL; Looker's own sum is zero without rows, its others are null."""
    how = taken.aggregation
    if how == "percentile":
        return {"type": "percentile", "percentile": round(100 * (taken.percentile or 0.5)),
                "sql": sql}  # fmt: skip
    if how in {"count", "sum_boolean"}:
        one = f"{sql} is not null" if how == "count" else sql
        how, sql = "sum", f"case when {one} then 1 else 0 end"
    is_native = how == "count_distinct" or is_zero == (how == "sum")
    if is_native:
        return {"type": how, "sql": sql}
    summed = _SQL[how].format(sql)
    return {"type": "number", "sql": f"coalesce({summed}, 0)" if is_zero else summed}


def _aggregated(taken: Input, sql: str) -> str:
    if taken.aggregation == "count":
        return f"count({sql})"
    if taken.aggregation == "sum_boolean":
        return f"sum(case when {sql} then 1 else 0 end)"
    return _SQL[taken.aggregation].format(sql)


def _told(metric: str, context: Context, side: str = "", *, growth: bool = False) -> Field:
    """Return name, label, group, description and format of a metric."""
    told = context.definitions.metrics[metric]
    meta = (told.get("config") or {}).get("meta") or {}
    unit, owner = meta.get("unit", ""), meta.get("owner", "")
    label = told["label"] or metric.replace("_", " ").capitalize()
    description = " ".join((told["description"] or "").split())
    beside = SIDES.get(side, "")
    if growth:
        label, description = f"{label}, growth on {beside}", f"Growth of: {description}"
    elif beside:
        label, description = f"{label}, {beside}", f"In {beside}: {description}"
    group = context.definitions.teams.get(owner, "")
    return {
        "name": metric,
        "label": label,
        **({"group_label": group} if group else {}),
        "description": description,
        "value_format_name": FORMATS.get(unit, "decimal_0"),
        "tags": [f"metric:{metric}", *([f"unit:{unit}"] if unit else [])],
    }
