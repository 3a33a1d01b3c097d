"""Every metric with what it means, how it is worked out, and what it can be parted by."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from onemart.metrics.layer import GRAINS, Layer

__all__ = ["Entry", "by_owner", "entries"]

_SYMBOLS = {
    "average": "mean of",
    "count": "count of",
    "count_distinct": "distinct",
    "max": "largest",
    "min": "smallest",
    "sum": "sum of",
    "sum_boolean": "count of",
}
_DIMENSION = re.compile(r"\{\{\s*(?:Dimension|TimeDimension|Entity)\('([^']+)'[^)]*\)\s*\}\}")


@dataclass(frozen=True)
class Entry:
    """A metric as the catalogue tells it.

    Attributes
    ----------
    name, label : str
        As in `onemart query`, and as people call it.
    definition, formula : str
        What it means, and how it is worked out of columns and other metrics.
    unit, owner : str
        What one of it is, and which group answers for it.
    marts : tuple of str
        The marts that its figures are read from.
    parts : tuple of str
        What it can be parted by, beside time.
    """

    name: str
    label: str
    definition: str
    formula: str
    unit: str
    owner: str
    marts: tuple[str, ...]
    parts: tuple[str, ...]


def entries(layer: Layer, manifest: Mapping[str, Any]) -> list[Entry]:
    """Return all metrics by owner and name.

    Parameters
    ----------
    layer : Layer
        Tells what a metric can be parted by.
    manifest : Mapping
        dbt's semantic manifest.
    """
    measures = {
        measure["name"]: (measure, model["node_relation"]["alias"])
        for model in manifest["semantic_models"]
        for measure in model["measures"]
    }
    found = (_entry(metric, layer, measures) for metric in layer.metrics.values())
    return sorted(found, key=lambda entry: (entry.owner, entry.name))


def by_owner(found: list[Entry]) -> list[tuple[str, list[Entry]]]:
    """Return the entries of each owner, in their order."""
    return [(owner, list(of)) for owner, of in groupby(found, key=lambda entry: entry.owner)]


def _entry(
    metric: Mapping[str, Any],
    layer: Layer,
    measures: Mapping[str, tuple[Mapping[str, Any], str]],
) -> Entry:
    read = {measures[one["name"]][1] for one in metric["type_params"]["input_measures"]}
    names = layer.parts([metric["name"]])
    parts = {short for short, full in names.items() if short not in GRAINS and full != short}
    # A name that ends like another is known by its full name alone.
    parts |= set(names.values()) - {names[short] for short in parts} - {names[g] for g in GRAINS}
    meta = metric["config"]["meta"]
    return Entry(
        name=metric["name"],
        label=metric["label"] or metric["name"],
        definition=metric["description"] or "",
        formula=formula(metric, measures),
        unit=meta["unit"],
        owner=meta["owner"],
        marts=tuple(sorted(read)),
        parts=tuple(sorted(parts)),
    )


def formula(
    metric: Mapping[str, Any], measures: Mapping[str, tuple[Mapping[str, Any], str]]
) -> str:
    """Return how a metric is worked out, in words and names of columns and metrics."""
    params = metric["type_params"]
    told = " ".join(_pieces(metric["type"], params, measures))
    filters = (metric["filter"] or {}).get("where_filters", [])
    where = [_DIMENSION.sub(r"\1", one["where_sql_template"]) for one in filters]
    return f"{told}, where {' and '.join(where)}" if where else told


def _pieces(
    kind: str, params: Mapping[str, Any], measures: Mapping[str, tuple[Mapping[str, Any], str]]
) -> Iterator[str]:
    if kind == "ratio":
        yield f"{params['numerator']['name']} ÷ {params['denominator']['name']}"
    elif kind == "derived":
        text = params["expr"]
        for one in params["metrics"]:
            if one["alias"]:
                text = re.sub(rf"\b{re.escape(one['alias'])}\b", one["name"], text)
        yield text
    else:
        measure, _ = measures[params["measure"]["name"]]
        column = str(measure["expr"] or measure["name"])
        is_count = (measure["agg"], column) == ("sum", "1")
        told = f"{_SYMBOLS.get(measure['agg'], measure['agg'])} {column}"
        yield "number of rows" if is_count else told
        span = params["cumulative_type_params"] or {}
        if span.get("grain_to_date"):
            yield f"since the {span['grain_to_date']} began"
        elif span.get("window"):
            yield f"over {span['window']['count']} {span['window']['granularity']}s"
        elif kind == "cumulative":
            yield "since the first day"
        last = measure["non_additive_dimension"]
        if last:
            ends = "last" if last["window_choice"] == "max" else "first"
            yield f"on the {ends} day of the period"
