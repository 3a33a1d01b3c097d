"""A LookML project read from its files: views, explores and dashboards by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lkml
import yaml

__all__ = ["Lookml", "Problem", "expanded", "read_lookml"]

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a LookML project, and where."""

    file: str
    what: str
    view: str = ""
    field: str = ""

    def __str__(self) -> str:
        place = ".".join(filter(None, (self.view, self.field)))
        return f"{self.file}: {place + ': ' if place else ''}{self.what}"


@dataclass(frozen=True)
class Lookml:
    """What the files of a project say.

    Attributes
    ----------
    views, explores, dashboards : mapping of str to (str, mapping)
        By name the file and what it says.
    models : mapping of str to mapping
        Model and manifest files by path.
    problems : tuple of Problem
        Of files that cannot be read, and names that stand twice.
    """

    views: Mapping[str, tuple[str, Told]]
    explores: Mapping[str, tuple[str, Told]]
    dashboards: Mapping[str, tuple[str, Told]]
    models: Mapping[str, Told]
    problems: tuple[Problem, ...]


def read_lookml(folder: Path) -> Lookml:
    """Return what the files in a folder say; what cannot be read is a problem."""
    kinds: dict[str, dict[str, tuple[str, Told]]] = {"views": {}, "explores": {}, "dashboards": {}}
    models: dict[str, Told] = {}
    problems: list[Problem] = []
    for path in sorted([*folder.rglob("*.lkml"), *folder.rglob("*.dashboard.lookml")]):
        name = str(path.relative_to(folder))
        try:
            told = _parsed(path)
        except (SyntaxError, yaml.YAMLError) as error:
            problems.append(Problem(name, f"cannot be read: {' '.join(str(error).split())}"))
            continue
        if name.endswith((".model.lkml", "manifest.lkml")):
            models[name] = told
        for kind, found in kinds.items():
            for one in told.get(kind, []):
                if not isinstance(one, Mapping):
                    problems.append(
                        Problem(name, f"cannot be read: {kind[:-1]} '{one}' says nothing.")
                    )
                    continue
                if one["name"] in found:
                    what = f"{kind[:-1]} '{one['name']}' is in {found[one['name']][0]}, too."
                    problems.append(Problem(name, what))
                found[one["name"]] = (name, one)
    return Lookml(**kinds, models=models, problems=tuple(problems))


def _parsed(path: Path) -> Told:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".lookml":
        boards = yaml.safe_load(text) or []
        return {"dashboards": [{**one, "name": one["dashboard"]} for one in boards]}
    told: Told = lkml.load(text)
    return told


def expanded(view: Told) -> Iterator[tuple[str, str, Told]]:
    """Yield the fields of a view: name, kind and what is said; a name for each timeframe."""
    for kind in ("dimensions", "measures", "parameters"):
        for one in view.get(kind, []):
            yield one["name"], kind[:-1], one
    for one in view.get("dimension_groups", []):
        for timeframe in one.get("timeframes", []):
            yield f"{one['name']}_{timeframe}", "dimension_group", {**one, "timeframe": timeframe}
