"""What a page of figures shows, as its YAML file declares it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from onemart.errors import UsageError

__all__ = ["CHARTS", "FILTERS", "Cube", "Declaration", "Measure", "Panel", "read_declarations"]

FILTERS = ("period", "category", "state", "channel")
"""What a reader may choose, and the address keeps."""

CHARTS = ("numbers", "line", "bar", "rank", "stack", "heat", "waterfall", "flow", "comparisons")
"""How a panel is drawn; each has its function in `figures.js`."""


@dataclass(frozen=True)
class Measure:
    """A figure of a mart that is no metric.

    Attributes
    ----------
    name, label, definition, unit : str
        As a metric has them.
    sum : str
        What is added up, in SQL that both warehouses have; empty for a ratio.
    ratio : tuple of str
        The two measures that it is made of; empty for a sum.
    """

    name: str
    label: str
    definition: str
    unit: str
    sum: str = ""
    ratio: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cube:
    """Figures added up by some dimensions, which the browser adds up further.

    Attributes
    ----------
    name : str
        Its name on the page.
    by : Mapping
        Dimensions: the name on the page, and the metrics' dimension or the mart's column.
    metrics : tuple of str
        Asked of the metrics layer, each with what it is made of.
    model : str
        The mart that is read where there is no metric; it has `measures`.
    measures : tuple of Measure
        Figures of the mart.
    join : Mapping
        Further marts, each with the column that both share.
    where : str
        A condition on the rows of the mart.
    sort : Mapping
        For a dimension, the column that puts its members in order.
    most : Mapping
        For a dimension, how many members stand alone; the rest is one.
    is_exact : bool
        Whether its figures cannot be added up, so that each slice is asked for.
    """

    name: str
    by: Mapping[str, str]
    metrics: tuple[str, ...] = ()
    model: str = ""
    measures: tuple[Measure, ...] = ()
    join: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    sort: Mapping[str, str] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)
    is_exact: bool = False


@dataclass(frozen=True)
class Panel:
    """A chart with its table, or a row of numbers.

    Attributes
    ----------
    title, note : str
        What it answers, and what to know when reading it.
    cube : str
        Where its figures come from.
    chart : str
        One of `CHARTS`.
    show : tuple of str
        Its measures.
    by : tuple of str
        The dimension along the axis, and one that parts it.
    pick : Mapping
        Members that a dimension is held to, unless the reader chooses another.
    share_of : str
        The member of the second dimension that each figure is a share of.
    is_wide : bool
        Whether it takes the whole width.
    """

    title: str
    cube: str
    chart: str
    show: tuple[str, ...]
    note: str = ""
    by: tuple[str, ...] = ()
    pick: Mapping[str, str] = field(default_factory=dict)
    share_of: str = ""
    is_wide: bool = False


@dataclass(frozen=True)
class Declaration:
    """A page.

    Attributes
    ----------
    name : str
        Its file's name.
    title, summary, owner : str
        What stands on top, and the team that answers for it.
    cubes : Mapping of str to Cube
        Its figures.
    panels : tuple of Panel
        What it shows, in order.
    place : int
        Its place among the pages.
    """

    name: str
    title: str
    summary: str
    owner: str
    cubes: Mapping[str, Cube]
    panels: tuple[Panel, ...]
    place: int


def read_declarations(folder: Path) -> list[Declaration]:
    """Return the pages that a folder declares, in their order.

    Raises
    ------
    UsageError
        If a file says what cannot be shown; names the file and the line of thought to mend it.
    """
    pages = [_declaration(path) for path in sorted(folder.glob("*.yml"))]
    return sorted(pages, key=lambda page: (page.place, page.name))


def _declaration(path: Path) -> Declaration:
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    said = _Said(path.name, told, "the page")
    said.only("title", "summary", "owner", "place", "cubes", "panels")
    cubes = {name: _cube(path.name, name, cube) for name, cube in said.mapping("cubes").items()}
    panels = tuple(_panel(path.name, panel, cubes) for panel in told.get("panels", ()))
    if not panels:
        raise UsageError(f"{path.name}: the page has no panels.", "Give it at least one.")
    return Declaration(
        name=path.stem,
        title=said.text("title"),
        summary=said.text("summary"),
        owner=said.text("owner"),
        cubes=cubes,
        panels=panels,
        place=int(told.get("place", 0)),
    )


class _Said:
    """A mapping of a file, read key by key."""

    def __init__(self, file: str, told: Any, what: str) -> None:
        if not isinstance(told, dict):
            raise UsageError(f"{file}: {what} is no mapping.", "Write it as keys and values.")
        self._told, self._where = told, f"{file}: {what}"

    def only(self, *known: str) -> None:
        """Raise if there is a key that nobody reads."""
        for key in self._told:
            if key not in known:
                raise UsageError(f"{self._where} has '{key}'.", f"It knows {', '.join(known)}.")

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there."""
        if key not in self._told and default is None:
            raise UsageError(f"{self._where} has no '{key}'.", "Add it.")
        return str(self._told.get(key, default))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return texts; one alone may stand without brackets."""
        value = self._told.get(key, ())
        return (value,) if isinstance(value, str) else tuple(str(one) for one in value)

    def mapping(self, key: str) -> dict[str, Any]:
        """Return a mapping; a list of names maps each to itself."""
        value = self._told.get(key) or {}
        return dict(value) if isinstance(value, dict) else {str(name): str(name) for name in value}


def _cube(file: str, name: str, told: Any) -> Cube:
    said = _Said(file, told, f"cube {name}")
    said.only("by", "metrics", "model", "measures", "join", "where", "sort", "most", "exact")
    measures = tuple(_measure(file, one, of) for one, of in said.mapping("measures").items())
    cube = Cube(
        name=name,
        by=said.mapping("by"),
        metrics=said.texts("metrics"),
        model=said.text("model", ""),
        measures=measures,
        join=said.mapping("join"),
        where=said.text("where", ""),
        sort=said.mapping("sort"),
        most={key: int(most) for key, most in said.mapping("most").items()},
        is_exact=bool(told.get("exact", False)),
    )
    if bool(cube.metrics) == bool(cube.model) or bool(cube.model) != bool(measures):
        raise UsageError(
            f"{file}: cube {name} needs metrics, or a model with measures.",
            "Give it the one or the other.",
        )
    for one in (*cube.sort, *cube.most):
        _known(f"{file}: cube {name}", one, cube.by)
    return cube


def _measure(file: str, name: str, told: Any) -> Measure:
    said = _Said(file, told, f"measure {name}")
    said.only("label", "definition", "unit", "sum", "ratio")
    measure = Measure(
        name=name,
        label=said.text("label"),
        definition=said.text("definition"),
        unit=said.text("unit"),
        sum=said.text("sum", ""),
        ratio=said.texts("ratio"),
    )
    if bool(measure.sum) == bool(measure.ratio) or len(measure.ratio) not in (0, 2):
        raise UsageError(
            f"{file}: measure {name} needs a sum, or the two measures of a ratio.", "Give it one."
        )
    return measure


def _panel(file: str, told: Any, cubes: Mapping[str, Cube]) -> Panel:
    said = _Said(file, told, "a panel")
    said.only("title", "note", "cube", "chart", "show", "by", "pick", "share_of", "wide")
    panel = Panel(
        title=said.text("title"),
        note=said.text("note", ""),
        cube=said.text("cube"),
        chart=said.text("chart"),
        show=said.texts("show"),
        by=said.texts("by"),
        pick={key: str(value) for key, value in said.mapping("pick").items()},
        share_of=said.text("share_of", ""),
        is_wide=bool(told.get("wide", False)),
    )
    where = f"{file}: panel '{panel.title}'"
    _known(where, panel.chart, CHARTS)
    _known(where, panel.cube, cubes)
    cube = cubes[panel.cube]
    for name in panel.show:
        _known(where, name, cube.metrics or tuple(one.name for one in cube.measures))
    for name in (*panel.by, *panel.pick):
        _known(where, name, cube.by)
    if not panel.show:
        raise UsageError(f"{where} shows nothing.", "Name its measures in 'show'.")
    if cube.is_exact and "month" in cube.by and "month" not in panel.by:
        raise UsageError(f"{where} would add up figures that do not add up.", "Show them by month.")
    return panel


def _known(where: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise UsageError(f"{where} has '{name}'.", f"There is {', '.join(known)}.")
