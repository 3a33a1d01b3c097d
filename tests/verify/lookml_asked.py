"""One question put to an explore and to MetricFlow, and the answers side by side."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from onemart.lookml.read import Lookml, expanded
from onemart.lookml.translate import Asked, explore_sql
from onemart.metrics.layer import Layer, Question
from onemart.warehouse import Warehouse

Answer = dict[tuple[str, ...], dict[str, float | None]]

# By MetricFlow's name of what figures are parted by: the field of a joined view.
JOINED = {
    "store__state": "stores.state",
    "product__category": "products.category",
    "retail_period": "calendar.retail_period_start_date",
    "retail_week": "calendar.retail_week_start_date",
}


def field_of(lookml: Lookml, explore: str, part: str) -> str:
    """The field of an explore that a part of MetricFlow's answers is."""
    if part in JOINED:
        return JOINED[part]
    [time, *_] = lookml.views[explore][1]["dimension_groups"]
    return f"{explore}.{time['name']}_{'date' if part == 'day' else part}"


def has_field(lookml: Lookml, explore: str, field: str) -> bool:
    """Whether an explore has a field, be it of a joined view."""
    view, _, name = field.partition(".")
    joined = {one["name"] for one in lookml.explores[explore][1].get("joins", [])}
    return view in {explore, *joined} and any(
        one == name for one, _, _ in expanded(lookml.views[view][1])
    )


def of_looker(
    lookml: Lookml,
    warehouse: Warehouse,
    explore: str,
    measures: Sequence[str],
    parts: Sequence[str],
    parameters: Mapping[str, str] | None = None,
) -> Answer:
    """What an explore answers."""
    asked = [*parts, *(f"{explore}.{name}" for name in measures)]
    sql = explore_sql(lookml, Asked(explore, asked, parameters=parameters or {}))
    return keyed(warehouse.head(sql, 1_000_000), len(parts))


def of_metricflow(layer: Layer, warehouse: Warehouse, question: Question, parts: int) -> Answer:
    """What MetricFlow answers."""
    return keyed(warehouse.head(layer.sql(question), 1_000_000), parts)


def keyed(answer: tuple[list[str], list[Any]], parts: int) -> Answer:
    """Rows by what they are parted by, years and days as text, figures as floats."""
    names, rows = answer
    return {
        tuple(str(value)[:10] for value in row[:parts]): {
            name: float(value) if isinstance(value, Decimal | int | float) else value
            for name, value in zip(names[parts:], row[parts:], strict=True)
        }
        for row in rows
    }


def differences(left: Answer, right: Answer) -> list[str]:
    """What two answers do not agree on; a row that only one has must be of zeros."""
    found = []
    for key in sorted({*left, *right}):
        for name in {**left.get(key, {}), **right.get(key, {})}:
            one, other = left.get(key, {}).get(name), right.get(key, {}).get(name)
            are_missing = key not in left or key not in right
            if are_missing and not one and not other:
                continue
            same = one == other or (
                one is not None
                and other is not None
                and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
            )
            if not same:
                found.append(f"{' '.join(key)} {name}: {one} and {other}")
    return found
