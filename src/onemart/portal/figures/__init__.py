"""Figures: pages that people slice, declared in `pages/`, drawn from cubes by `figures.js`."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from onemart.errors import UsageError
from onemart.portal.figures.additive import check_adds_up
from onemart.portal.figures.boards import boards
from onemart.portal.figures.comparisons import compared
from onemart.portal.figures.cubes import (
    Filled,
    Told,
    as_figures,
    fill,
    folded,
    has_figures,
    told_measures,
)
from onemart.portal.figures.declaration import (
    FILTERS,
    Declaration,
    Panel,
    read_declarations,
)
from onemart.portal.frame import as_json
from onemart.portal.page import Asset, Page
from onemart.portal.reading import Reading

__all__ = ["BOARDS", "PAGES", "page", "pages"]

PAGES = Path(__file__).parent / "pages"
"""The folder of the declarations."""

BOARDS = "boards"
"""The project's folder with the boards that people edit."""

_MOST_BYTES = 280_000
_FEWEST = 4


def pages(reading: Reading) -> Iterator[Page | Asset]:
    """Yield the pages of figures of a shop, in order, and the boards that people edit.

    Raises
    ------
    UsageError
        If a declaration asks for what there is not.
    OnemartError
        If the shop was built without a mart that a page reads.
    """
    calendar = _calendar(reading)
    for declaration in read_declarations(PAGES):
        yield page(reading, declaration, calendar)
    yield from boards(reading, reading.project.root / BOARDS)


def page(reading: Reading, declaration: Declaration, calendar: Mapping[str, Any]) -> Page:
    """Return a page with its figures."""
    told: dict[str, Told] = {}
    cubes: dict[str, Filled] = {}
    for name, cube in declaration.cubes.items():
        of_cube = told_measures(reading, cube, declaration.owner)
        for one in of_cube.values():
            if told.get(one.name, one) != one:
                raise UsageError(
                    f"{declaration.name}.yml: two figures are called {one.name}.", "Rename one."
                )
        told |= of_cube
        check_adds_up(reading, declaration.name, cube, of_cube.values())
        cubes[name] = fill(reading, cube, of_cube)
    data: dict[str, Any] = {
        **calendar,
        "filters": _filters(cubes),
        "measures": {name: asdict(one) for name, one in told.items()},
        "panels": [_panel(place, panel) for place, panel in enumerate(declaration.panels)],
    }
    for panel in declaration.panels:
        if panel.chart == "comparisons":
            data["comparisons"] = compared(reading, panel.show, _members(cubes))
    data["cubes"] = _as_small(cubes, _MOST_BYTES - len(as_json(data).encode()))
    models = {cube.model for cube in declaration.cubes.values() if cube.model}
    if "comparisons" in data:
        models.add("rpt_sales_by_period")
    metrics = {one.name for one in told.values() if one.source == "metric"}
    return Page(
        path=f"figures/{declaration.name}.html",
        title=declaration.title,
        template="figures/page.html",
        values={
            "filters": data["filters"],
            "panels": [_shown(place, panel, told, cubes[panel.cube]) for place, panel in
                       enumerate(declaration.panels)],
            "measures": [one for one in told.values()
                         if any(one.name in panel.show for panel in declaration.panels)],
            "business_date": reading.business_date,
        },
        data=data,
        scripts=("echarts/echarts.min.js", "figures.js"),
        styles=("figures.css",),
        words=" ".join([*(panel.title for panel in declaration.panels),
                        *(f"{one.label} {one.name}" for one in told.values())]),
        summary=declaration.summary,
        owner=declaration.owner,
        reads=tuple(sorted(models | metrics)),
    )  # fmt: skip


def _calendar(reading: Reading) -> dict[str, Any]:
    """Return the days that the shop has figures for, and its currency."""
    [days] = reading.dicts(
        f"select min(start_date) as first_day from {reading.mart('dim_periods')}"
        " where grain = 'day' and is_traded"
    )
    money = reading.dicts(
        f"select max(currency_code) as code from {reading.mart('rpt_like_for_like')}"
    )
    return {
        "first": str(days["first_day"])[:10] if days["first_day"] else None,
        "last": str(reading.business_date) if reading.business_date else None,
        "currency": (money[0]["code"] if money else None) or "",
    }


def _filters(cubes: Mapping[str, Filled]) -> list[str]:
    """Return the filters that a cube of the page knows."""
    dimensions = {name for cube in cubes.values() for name in cube.dimensions}
    return [name for name in FILTERS if (name if name != "period" else "month") in dimensions]


def _members(cubes: Mapping[str, Filled]) -> dict[str, set[str]]:
    """Return the members of each dimension that a reader can choose."""
    found: dict[str, set[str]] = {}
    for cube in cubes.values():
        for name, members in cube.members.items():
            found.setdefault(name, set()).update(members)
    return found


def _panel(place: int, panel: Panel) -> dict[str, Any]:
    return {
        "id": f"panel-{place + 1}",
        "title": panel.title,
        "cube": panel.cube,
        "chart": panel.chart,
        "show": list(panel.show),
        "by": list(panel.by),
        "pick": dict(panel.pick),
        "share_of": panel.share_of,
    }


def _shown(place: int, panel: Panel, told: Mapping[str, Told], cube: Filled) -> dict[str, Any]:
    """Return what the template needs of a panel."""
    return {
        "id": f"panel-{place + 1}",
        "panel": panel,
        "measures": [told[name] for name in panel.show],
        "is_empty": not any(has_figures(cube, told[name]) for name in panel.show),
    }


def _as_small(cubes: dict[str, Filled], most: int) -> dict[str, Any]:
    """Return the cubes as figures; where they are too many, members are folded further."""
    while True:
        figures = {name: as_figures(cube) for name, cube in cubes.items()}
        sizes = {name: len(as_json(one).encode()) for name, one in figures.items()}
        if sum(sizes.values()) <= most:
            return figures
        for name in sorted(sizes, key=lambda one: -sizes[one]):
            smaller = _smaller(cubes[name])
            if smaller is not None:
                cubes = {**cubes, name: smaller}
                break
        else:
            raise UsageError(
                f"The figures {', '.join(cubes)} do not fit on a page.",
                "Ask for fewer dimensions or measures.",
            )


def _smaller(cube: Filled) -> Filled | None:
    """Return the cube with fewer members of its longest dimension alone, if any is long."""
    lengths = {
        name: len(cube.members[name])
        for name in cube.dimensions
        if name not in cube.whole and len(cube.members[name]) > _FEWEST
    }
    if not lengths:
        return None
    longest = max(lengths, key=lambda name: lengths[name])
    return folded(cube, longest, max(_FEWEST - 1, lengths[longest] * 4 // 5 - 1))
