"""The map of the marts: which table leads to which, drawn area by area.

dbterd finds the relationships, in dbt's tests; the drawing is our own, because its targets are
drawn by services on the internet.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Area", "Box", "Drawing", "Relation", "areas", "dbml", "drawn", "relations"]

_END = r'"model\.[^."]+\.([^"]+)"\."([^"]+)"'
_REF = re.compile(rf"^Ref: {_END} [<>-] {_END}$")
_CHARACTER, _LINE, _HEAD, _GAP, _BETWEEN = 7.3, 18, 26, 18, 150


@dataclass(frozen=True, order=True)
class Relation:
    """A column of a table that names a row of another.

    Attributes
    ----------
    child, column : str
        Where the key is written.
    parent, key : str
        Where it is looked up.
    """

    child: str
    column: str
    parent: str
    key: str


@dataclass(frozen=True)
class Box:
    """A table as it is drawn.

    Attributes
    ----------
    name : str
        The table.
    x, y, width, height : float
        Where it stands.
    lines : tuple of (str, float, bool)
        Its columns, where each is written, and whether it is in the key.
    """

    name: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[tuple[str, float, bool], ...]


@dataclass(frozen=True)
class Drawing:
    """Boxes, and the paths between them.

    Attributes
    ----------
    width, height : float
        Of the drawing.
    boxes : tuple of Box
        The tables of the area at the left, those they lead to at the right.
    wires : tuple of str
        Paths as SVG writes them.
    """

    width: float
    height: float
    boxes: tuple[Box, ...]
    wires: tuple[str, ...]


@dataclass(frozen=True)
class Area:
    """The marts of one folder.

    Attributes
    ----------
    name : str
        The folder.
    tables : tuple of (str, str, tuple of str, tuple of Relation)
        Name, grain, key and relations of each.
    drawing : Drawing or None
        The map; none where no table leads anywhere.
    """

    name: str
    tables: tuple[tuple[str, str, tuple[str, ...], tuple[Relation, ...]], ...]
    drawing: Drawing | None


def dbml(folder: Path) -> str:
    """Return the marts in DBML.

    Parameters
    ----------
    folder : pathlib.Path
        Holds manifest.json and catalog.json.
    """
    from dbterd.api import DbtErd  # noqa: PLC0415  (takes seconds)

    told = DbtErd(
        artifacts_dir=str(folder), target="dbml", algo="test_relationship", select=["schema:marts"]
    ).get_erd()
    return str(told)


def relations(text: str) -> list[Relation]:
    """Return the relations that a text in DBML names."""
    found = (_REF.match(line) for line in text.splitlines())
    return sorted({Relation(*one.groups()) for one in found if one})


def areas(manifest: Mapping[str, Any], found: Sequence[Relation]) -> list[Area]:
    """Return the marts by area with their keys and relations."""
    marts = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }
    keys = {name: tuple(node.get("primary_key") or ()) for name, node in marts.items()}
    by_area: dict[str, list[str]] = {}
    for name in sorted(marts):
        by_area.setdefault(marts[name]["fqn"][-2], []).append(name)
    return [
        Area(
            name=area.replace("_", " "),
            tables=tuple(
                (
                    name,
                    marts[name]["description"].split(". ")[0].strip().rstrip("."),
                    keys[name],
                    tuple(one for one in found if one.child == name),
                )
                for name in names
            ),
            drawing=drawn([one for one in found if one.child in names], keys),
        )
        for area, names in sorted(by_area.items())
    ]


def drawn(found: Sequence[Relation], keys: Mapping[str, Sequence[str]]) -> Drawing | None:
    """Return the map of some relations: who leads at the left, where to at the right."""
    if not found:
        return None
    children = list(dict.fromkeys(one.child for one in found))
    parents = sorted({one.parent for one in found})
    lines = {
        child: list(
            dict.fromkeys((*keys.get(child, ()), *(o.column for o in found if o.child == child)))
        )
        for child in children
    }
    looked_up = {
        parent: sorted({one.key for one in found if one.parent == parent}) for parent in parents
    }
    left = _column(children, lines, keys, 1)
    right = _column(parents, looked_up, keys, 1 + left[0].width + _BETWEEN)
    # What is shorter stands in the middle of what is longer.
    ends = [boxes[-1].y + boxes[-1].height for boxes in (left, right)]
    left, right = (_moved(boxes, (max(ends) - end) / 2)
                   for boxes, end in zip((left, right), ends, strict=True))  # fmt: skip
    starts = {box.name: box for box in left}
    goals = {box.name: box for box in right}
    wires = [_wire(starts[one.child], one.column, goals[one.parent], one.key) for one in found]
    return Drawing(
        width=right[0].x + right[0].width + 1,
        height=max(ends) + 1,
        boxes=(*left, *right),
        wires=tuple(wires),
    )


def _column(
    names: Sequence[str],
    lines: Mapping[str, Sequence[str]],
    keys: Mapping[str, Sequence[str]],
    x: float,
) -> list[Box]:
    longest = max(len(text) for name in names for text in (name, *lines[name]))
    width = longest * _CHARACTER + 34
    boxes, y = [], 1.0
    for name in names:
        written = tuple(
            (text, y + _HEAD + place * _LINE + 13, text in keys.get(name, ()))
            for place, text in enumerate(lines[name])
        )
        height = _HEAD + len(written) * _LINE + 4
        boxes.append(Box(name, x, y, width, height, written))
        y += height + _GAP
    return boxes


def _moved(boxes: Iterable[Box], down: float) -> list[Box]:
    return [
        Box(
            box.name,
            box.x,
            box.y + down,
            box.width,
            box.height,
            tuple((text, y + down, is_key) for text, y, is_key in box.lines),
        )
        for box in boxes
    ]


def _wire(start: Box, column: str, goal: Box, key: str) -> str:
    y = next(at for text, at, _ in start.lines if text == column) - 4
    end = next(at for text, at, _ in goal.lines if text == key) - 4
    x, to = start.x + start.width, goal.x
    bend = (to - x) / 2
    return f"M{x:.0f} {y:.0f}C{x + bend:.0f} {y:.0f} {to - bend:.0f} {end:.0f} {to:.0f} {end:.0f}"
