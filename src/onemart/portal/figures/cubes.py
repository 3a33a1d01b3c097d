"""The figures of a page: asked for, folded to what a page may bring, and written small."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

from onemart.metrics.layer import Layer, Question
from onemart.portal.figures.declaration import Cube, Measure
from onemart.portal.reading import Reading

__all__ = ["ALL", "Filled", "Told", "as_figures", "fill", "folded", "has_figures", "told_measures"]

ALL = "*"
"""The member that stands for all, in figures that cannot be added up."""

_UNKNOWN = "unknown"
_MOST = 30  # members of a dimension that stand alone, if the declaration does not say
_LONGEST = 200
_MOST_NAMED = 300  # members of the rest that are named, so that an address finds them
_EXACT_FROM = 100


@dataclass(frozen=True)
class Told:
    """What a page says of a figure.

    Attributes
    ----------
    name, label, definition, unit, owner, source : str
        `source` is `metric`, or the mart that it is added up from.
    ratio : tuple of str
        The two figures that it is made of; empty for what can be added up.
    """

    name: str
    label: str
    definition: str
    unit: str
    owner: str
    source: str
    ratio: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filled:
    """A cube with its figures.

    Attributes
    ----------
    dimensions : tuple of str
        Their names.
    members : Mapping
        For each dimension its members, in order.
    rows : Mapping
        By the place of each member, the value of each measure.
    measures : tuple of str
        Their names.
    rest : Mapping
        For a folded dimension the members that became one.
    whole : frozenset of str
        Dimensions whose members all stand alone: time, numbers, and what has an order.
    is_exact : bool
        Whether its figures cannot be added up.
    """

    dimensions: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]
    rows: Mapping[tuple[int, ...], tuple[Any, ...]]
    measures: tuple[str, ...]
    rest: Mapping[str, tuple[str, ...]]
    whole: frozenset[str] = frozenset()
    is_exact: bool = False


def told_measures(reading: Reading, cube: Cube, owner: str) -> dict[str, Told]:
    """Return what is known of the figures of a cube, with those that its ratios are made of."""
    if cube.model:
        return {one.name: _of_mart(one, cube.model, owner) for one in cube.measures}
    told: dict[str, Told] = {}
    waiting = list(cube.metrics)
    while waiting:
        name = waiting.pop(0)
        if name not in told:
            told[name] = _of_metric(reading.layer, name)
            waiting += told[name].ratio
    return told


def _of_mart(measure: Measure, model: str, owner: str) -> Told:
    return Told(
        measure.name,
        measure.label,
        measure.definition,
        measure.unit,
        owner,
        model,
        measure.ratio,
    )


def _of_metric(layer: Layer, name: str) -> Told:
    metric = layer.metrics[name]
    params, meta = metric["type_params"], metric["config"]["meta"]
    parts: tuple[str, ...] = ()
    if metric["type"] == "ratio":
        parts = (params["numerator"]["name"], params["denominator"]["name"])
    return Told(
        name,
        metric["label"] or name,
        metric["description"],
        meta["unit"],
        meta["owner"],
        "metric",
        parts,
    )


def fill(reading: Reading, cube: Cube, told: Mapping[str, Told]) -> Filled:
    """Ask for the figures of a cube.

    Raises
    ------
    UsageError
        If a metric does not know a dimension.
    OnemartError
        If the shop was built without the mart.
    """
    asked = [one.name for one in told.values() if not one.ratio or cube.is_exact]
    names = tuple(cube.by)
    if cube.model:
        answers = [(asked, reading.dicts(_sql(reading, cube)))]
    else:
        answers = list(_answers(reading, cube, asked))
    cells: dict[tuple[str, ...], list[Any]] = {}
    orders: dict[str, dict[str, Any]] = {name: {} for name in cube.sort}
    for measures, rows in answers:
        places = [asked.index(measure) for measure in measures]
        for row in rows:
            key = tuple(_member(name, row.get(name, ALL)) for name in names)
            cell = cells.setdefault(key, [None] * len(asked))
            for place, measure in zip(places, measures, strict=True):
                value = row[measure]
                if value is not None:
                    cell[place] = value if cell[place] is None else cell[place] + value
            for name, order in orders.items():
                order[key[names.index(name)]] = row[f"{name}__order"]
    return _placed(cube, names, tuple(asked), cells, orders)


def _answers(
    reading: Reading, cube: Cube, asked: Sequence[str]
) -> Iterable[tuple[list[str], list[dict[str, Any]]]]:
    """Ask the metrics layer; metrics that find the dimensions in one place are asked at once."""
    together: dict[tuple[str, ...], list[str]] = {}
    for metric in asked:
        parts = reading.layer.parts([metric])
        found = tuple(parts.get(name, name) for name in cube.by.values())
        together.setdefault(found, []).append(metric)
    for metrics in together.values():
        for some in _slices(cube):
            question = Question(metrics, [cube.by[name] for name in some])
            parts = reading.layer.parts(metrics)
            columns = {name: parts.get(cube.by[name], cube.by[name]) for name in some}
            rows = reading.dicts(reading.layer.sql(question))
            yield (
                metrics,
                [
                    {
                        **{name: row[column] for name, column in columns.items()},
                        **{metric: row[metric] for metric in metrics},
                    }
                    for row in rows
                ],
            )


def _slices(cube: Cube) -> Iterable[tuple[str, ...]]:
    """Return the dimensions of a question; of figures that do not add up, all ways to ask."""
    if not cube.is_exact:
        yield tuple(cube.by)
        return
    always = tuple(name for name in cube.by if name == "month")
    others = [name for name in cube.by if name != "month"]
    for count in range(len(others) + 1):
        for some in combinations(others, count):
            yield (*always, *some)


def _sql(reading: Reading, cube: Cube) -> str:
    """Return the SQL that adds up a mart."""
    table = reading.mart(cube.model)
    columns = [f"{_column(name, of)} as {name}" for name, of in cube.by.items()]
    columns += [f"min({of}) as {name}__order" for name, of in cube.sort.items()]
    columns += [f"sum({one.sum}) as {one.name}" for one in cube.measures if one.sum]
    joins = [
        f"left join {reading.mart(other)} as {other} on {cube.model}.{key} = {other}.{key}"
        for other, key in cube.join.items()
    ]
    groups = ", ".join(str(place + 1) for place in range(len(cube.by)))
    return "\n".join(
        [
            f"select {', '.join(columns)}",
            f"from {table} as {cube.model}",
            *joins,
            *([f"where {cube.where}"] if cube.where else []),
            *([f"group by {groups}"] if groups else []),
        ]
    )


def _column(name: str, of: str) -> str:
    """Return a dimension in SQL; months are numbers, alike on both warehouses."""
    if name in ("month", "cohort"):
        return f"extract(year from {of}) * 100 + extract(month from {of})"
    return of


def _member(name: str, value: Any) -> str:
    """Return a member as a page names it."""
    if value is None:
        return _UNKNOWN
    if name in ("month", "cohort"):
        if isinstance(value, date | datetime):
            return f"{value:%Y-%m}"
        if value != ALL:
            return f"{int(value) // 100:04}-{int(value) % 100:02}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal | float) and value == int(value):
        return str(int(value))
    text = str(value).strip() or _UNKNOWN
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _placed(
    cube: Cube,
    names: tuple[str, ...],
    measures: tuple[str, ...],
    cells: Mapping[tuple[str, ...], Sequence[Any]],
    orders: Mapping[str, Mapping[str, Any]],
) -> Filled:
    """Put members in order: time and numbers as they run, others by what they come to."""
    members: dict[str, tuple[str, ...]] = {}
    for place, name in enumerate(names):
        weight: dict[str, float] = {}
        for key, values in cells.items():
            weight[key[place]] = weight.get(key[place], 0.0) + abs(float(values[0] or 0))
        told = orders.get(name, {})
        if told:
            found = sorted(weight, key=lambda one: (told[one] is None, told[one], one))
        elif _runs(tuple(weight)):
            found = sorted(weight, key=lambda one: (len(one.split("-")[0]), one))
        else:
            found = sorted(weight, key=lambda one: (-weight[one], one))
        members[name] = tuple(found)
    index = {name: {one: at for at, one in enumerate(members[name])} for name in names}
    rows = {
        tuple(index[name][one] for name, one in zip(names, key, strict=True)): tuple(values)
        for key, values in cells.items()
    }
    whole = frozenset(name for name in names if name in cube.sort or _runs(members[name]))
    filled = Filled(names, members, rows, measures, {}, whole, cube.is_exact)
    for name in sorted(set(names) - whole):
        most = cube.most.get(name, _MOST)
        # A single one under another name would tell less.
        if len(members[name]) > most + 1:
            filled = folded(filled, name, most)
    return filled


def _runs(members: Sequence[str]) -> bool:
    """Tell whether members are months or numbers."""
    return all(re.fullmatch(r"-?[0-9]+(-[0-9]+)*", one) for one in members if one != ALL)


def folded(filled: Filled, name: str, most: int) -> Filled:
    """Return the cube with the smallest members of a dimension as one.

    What cannot be added up loses them instead.
    """
    before = filled.rest.get(name, ())
    members = filled.members[name]
    own = [one for one in members if not (before and one == _others(before))]
    alone = [one for one in own if one == ALL] + [one for one in own if one != ALL][:most]
    if len(alone) >= len(own):
        return filled
    rest = (*(one for one in own if one not in alone), *before)
    place = filled.dimensions.index(name)
    others = _others(rest)
    kept = [*alone] if filled.is_exact else [*alone, others]
    at = {one: kept.index(one) if one in alone else len(alone) for one in members}
    rows: dict[tuple[int, ...], tuple[Any, ...]] = {}
    for key, values in filled.rows.items():
        new = at[members[key[place]]]
        if new >= len(kept):
            continue
        moved = (*key[:place], new, *key[place + 1 :])
        there = rows.get(moved)
        rows[moved] = values if there is None else _added(there, values)
    return replace(
        filled,
        members={**filled.members, name: tuple(kept)},
        rows=rows,
        rest={**filled.rest, name: rest},
    )


def _others(rest: Sequence[str]) -> str:
    return f"Other ({len(rest)})"


def _added(one: Sequence[Any], other: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(
        b if a is None else a if b is None else a + b for a, b in zip(one, other, strict=True)
    )


def has_figures(filled: Filled, told: Told) -> bool:
    """Tell whether a figure is anywhere else than zero; a ratio, whether it is anywhere at all."""
    name = told.name if filled.is_exact or not told.ratio else told.ratio[1]
    place = filled.measures.index(name)
    return any(values[place] for values in filled.rows.values())


def as_figures(filled: Filled) -> dict[str, Any]:
    """Return a cube as the page's script reads it.

    Members are numbered, the numbers of a row are one number in mixed radix, and each of these is
    told as its distance from the one before: most take one digit.
    """
    sizes = [max(1, len(filled.members[name])) for name in filled.dimensions]
    keyed: list[tuple[int, tuple[Any, ...]]] = []
    for key, values in filled.rows.items():
        number = 0
        for place, size in zip(key, sizes, strict=True):
            number = number * size + place
        keyed.append((number, values))
    keyed.sort(key=lambda one: one[0])
    steps, before = [], 0
    for number, _ in keyed:
        steps.append(number - before)
        before = number
    return {
        "dimensions": list(filled.dimensions),
        "members": {name: list(members) for name, members in filled.members.items()},
        "rest": {name: list(rest[:_MOST_NAMED]) for name, rest in filled.rest.items()},
        "keys": steps,
        "values": {
            measure: [_number(values[place]) for _, values in keyed]
            for place, measure in enumerate(filled.measures)
        },
        "exact": filled.is_exact,
    }


def _number(value: Any) -> int | float | None:
    """Return a figure with two decimals, below one hundred with four."""
    if value is None:
        return None
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124
        return None
    short = round(number, 2 if abs(number) >= _EXACT_FROM else 4)
    return int(short) if short == int(short) else short
