"""A dashboard for each page of Figures, and views of figures that a page takes of a mart itself."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from onemart.errors import OnemartError
from onemart.lookml.definitions import Definitions, Table
from onemart.lookml.facts import Dimension, concatenated, is_personal, words
from onemart.lookml.fields import Field, fields_of, group_name
from onemart.lookml.measures import FORMATS
from onemart.lookml.project import Project
from onemart.lookml.read import expanded
from onemart.portal.figures.declaration import Cube, Declaration, Panel

__all__ = ["add_dashboards"]

_TYPES = {
    "numbers": "single_value",
    "line": "looker_line",
    "bar": "looker_column",
    "rank": "looker_bar",
    "stack": "looker_column",
    "heat": "looker_grid",
    "waterfall": "looker_column",
    "flow": "looker_grid",
    "comparisons": "looker_grid",
}
_FILTERS = {"Category": "category", "State": "state", "Channel": "channel"}
_COLUMNS = 24
_MOST = "50"


def add_dashboards(
    project: Project, pages: Iterable[Declaration], definitions: Definitions
) -> None:
    """Add a dashboard for each page to a LookML project.

    A panel over metrics asks the explore that has them. One over a mart asks a view of its own,
    made of what the page declares, in SQL that both warehouses have. What an explore cannot show
    is told in `project.left_out`.
    """
    for page in pages:
        for cube in page.cubes.values():
            if cube.model:
                _add_view(project, page, cube, definitions)
        board = _Board(project, page)
        text = yaml.safe_dump([board.told()], sort_keys=False, allow_unicode=True, width=120)
        project.dashboards[page.name] = text


def _add_view(project: Project, page: Declaration, cube: Cube, definitions: Definitions) -> None:
    """Add view and explore of a mart's figures that are no metrics."""
    name = _view_name(page, cube)
    if name in project.views:
        raise OnemartError(f"{page.name}.yml: there is a view {name} already.", "Rename the cube.")
    table = definitions.tables[cube.model]
    columns = [f"{concatenated(table.key, f'{cube.model}.')} as row_key"]
    columns += [f"{of} as {by}" for by, of in cube.by.items()]
    columns += [f"{one.sum} as {one.name}" for one in cube.measures if one.sum]
    joins = [
        f"\nleft join {definitions.tables[other].relation} as {other}"
        f" on {cube.model}.{key} = {other}.{key}"
        for other, key in cube.join.items()
    ]
    where = f"\nwhere {cube.where}" if cube.where else ""
    listed = ",\n    ".join(columns)
    sql = f"select\n    {listed}\nfrom {table.relation} as {cube.model}{''.join(joins)}{where}"
    dimensions = tuple(_dimension(by, of, table, definitions) for by, of in cube.by.items())
    key = Dimension("row_key", "${TABLE}.row_key", "string", "")
    project.views[name] = {
        "name": name,
        "label": f"{page.title}: {words(cube.name)}",
        "derived_table": {"sql": sql},
        **fields_of((key, *dimensions), ("row_key",)),
        "measures": [_measure(one) for one in cube.measures],
    }
    project.explores[name] = {
        "name": name,
        "label": f"{page.title}: {words(cube.name)}",
        "group_label": table.team,
        "description": f"What the page {page.title} shows of {cube.model}. {table.description}",
    }


def _dimension(by: str, of: str, table: Table, definitions: Definitions) -> Dimension:
    column = table.columns.get(of)
    if not column:
        return Dimension(by, f"${{TABLE}}.{by}", "string", "")
    # A date is named for what happened on it, for it is shown by month and otherwise.
    name = of if column.kind.lower() == "date" else by
    shown = is_personal(column, definitions)
    return Dimension(name, f"${{TABLE}}.{by}", column.kind, column.description, shown)


def _measure(one: Any) -> Field:
    body = (
        {"type": "sum", "sql": f"${{TABLE}}.{one.name}"}
        if one.sum
        else {"type": "number", "sql": f"${{{one.ratio[0]}}} / nullif(${{{one.ratio[1]}}}, 0)"}
    )
    return {
        "name": one.name,
        "label": one.label,
        "description": one.definition,
        "value_format_name": FORMATS.get(one.unit, "decimal_0"),
        "tags": [f"unit:{one.unit}"],
        **body,
    }


def _view_name(page: Declaration, cube: Cube) -> str:
    return f"{page.name}_{cube.name}"


class _Board:
    """A page as a dashboard."""

    def __init__(self, project: Project, page: Declaration) -> None:
        self.project = project
        self.page = page
        self.listened: set[str] = set()

    def told(self) -> Field:
        elements = [one for panel in self.page.panels for one in self._panel(panel)]
        filters = [{"name": "Period", "title": "Period", "type": "date_filter",
                    "default_value": ""}]  # fmt: skip
        filters += [{"name": name, "title": name, "type": "string_filter", "default_value": ""}
                    for name in _FILTERS if name in self.listened]  # fmt: skip
        return {
            "dashboard": self.page.name,
            "title": self.page.title,
            "description": self.page.summary,
            "layout": "newspaper",
            "preferred_viewer": "dashboards-next",
            "filters": filters,
            "elements": _laid_out(elements),
        }

    def _panel(self, panel: Panel) -> Iterable[Field]:
        """Yield the elements of a panel: one for each explore, and for each number its own."""
        cube = self.page.cubes[panel.cube]
        explores: dict[str, list[str]] = {}
        for name in panel.show:
            explore = _view_name(self.page, cube) if cube.model else self.project.places.get(name)
            if not explore:
                self._left_out(panel, f"metric {name} is left out")
            elif panel.chart == "comparisons":
                explores.setdefault(f"{explore}_by_period", []).append(name)
            else:
                explores.setdefault(explore, []).append(name)
        for explore, names in explores.items():
            asked = {by: self._field(explore, by, cube.by[by]) for by in (*panel.by, *panel.pick)}
            missing = [by for by, field in asked.items() if not field]
            if missing:
                self._left_out(panel, f"explore {explore} has no {' and no '.join(missing)}")
                continue
            for several in [[name] for name in names] if panel.chart == "numbers" else [names]:
                yield self._element(panel, explore, several, asked)

    def _element(
        self, panel: Panel, explore: str, names: list[str], asked: Mapping[str, str]
    ) -> Field:
        measures = [f"{explore}.{name}" for name in names]
        axes = [asked[by] for by in panel.by]
        if panel.chart == "comparisons":
            axes = [f"{explore}.period_date"]
            measures = [f"{one}{end}" for one in measures
                        for end in ("", "_growth_on_previous", "_growth_on_last_year")]  # fmt: skip
        is_one = panel.chart == "numbers"
        title = self._label(explore, names[0]) if is_one else panel.title
        is_ranked = panel.chart in {"rank", "comparisons"}
        order = measures[0] if panel.chart == "rank" else next(iter(axes), measures[0])
        picks = {asked[by]: value for by, value in panel.pick.items()}
        return {
            "name": f"{title} ({explore})" if len(panel.show) > 1 else title,
            "title": title,
            "model": "onemart",
            "explore": explore,
            "type": _TYPES[panel.chart],
            "fields": [*axes, *measures],
            **({"pivots": axes[1:]} if len(axes) > 1 else {}),
            **({"sorts": [f"{order} desc" if is_ranked else order]} if axes else {}),
            **({"stacking": "normal"} if panel.chart == "stack" else {}),
            "limit": _MOST if is_ranked else "500",
            **({"filters": picks} if picks else {}),
            "listen": self._listen(explore),
            **({"note_text": panel.note, "note_state": "collapsed", "note_display": "hover"}
               if panel.note else {}),
            "width": 6 if is_one else _COLUMNS if panel.is_wide else _COLUMNS // 2,
            "height": 3 if is_one else 8,
        }  # fmt: skip

    def _listen(self, explore: str) -> dict[str, str]:
        groups = self.project.views[explore].get("dimension_groups", [])
        listen = {}
        if groups:
            shown = "date" if "date" in groups[0]["timeframes"] else "month"
            listen["Period"] = f"{explore}.{groups[0]['name']}_{shown}"
        for name, plain in _FILTERS.items():
            if field := self._field(explore, plain, plain):
                listen[name] = field
                self.listened.add(name)
        return listen

    def _field(self, explore: str, by: str, of: str) -> str:
        """Return the field of an explore for a dimension of a page, empty if there is none."""
        joined = [one["name"] for one in self.project.explores[explore].get("joins", [])]
        for view in (explore, *joined):
            told = self.project.views[view]
            groups = [one["name"] for one in told.get("dimension_groups", [])]
            names = [name for name, _, _ in expanded(told)]
            if view == explore and of == "month" and groups:
                return f"{explore}.{groups[0]}_month"
            for name in (by, of, f"{group_name(of)}_month"):
                if name in names:
                    return f"{view}.{name}"
        return ""

    def _label(self, explore: str, name: str) -> str:
        [found] = [one for one in self.project.views[explore]["measures"] if one["name"] == name]
        return str(found["label"])

    def _left_out(self, panel: Panel, why: str) -> None:
        self.project.left_out[f"{self.page.name}: {panel.title}"] = why


def _laid_out(elements: list[Field]) -> list[Field]:
    """Return elements with their places, from left to right and down."""
    row = column = lowest = 0
    placed = []
    for one in elements:
        if column + one["width"] > _COLUMNS:
            row, column = lowest, 0
        placed.append({**one, "row": row, "col": column})
        column += one["width"]
        lowest = max(lowest, row + one["height"])
    return placed
