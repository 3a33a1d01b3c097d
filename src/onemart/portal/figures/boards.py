"""Boards that people edit: dbt Charts around metrics, shown in the portal's own frame."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from onemart.errors import OnemartError, UsageError
from onemart.metrics.answer import short_names
from onemart.metrics.comparison import TO_DATE
from onemart.metrics.layer import Question
from onemart.metrics.to_date import to_date
from onemart.portal.page import Asset, Page
from onemart.portal.reading import Reading

__all__ = ["Board", "boards", "read_boards"]

_THEMES = {"light": "clarity", "dark": "neon"}
_KEYS = ("metrics", "by", "where", "compare", "days", "months", "sort", "most")
_MOST_ROWS = 500
# When it was drawn, which would make another file of the same figures.
_MOMENT = re.compile(rb' data-rendered-at="[^"]*"')
_SIZE = re.compile(rb'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')
_MONTHS = {"month": "%Y-%m", "quarter": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True)
class Board:
    """A board as its file declares it.

    Attributes
    ----------
    name, title, notes, owner : str
        Its file's name; what stands on top; the team that answers for it.
    queries : Mapping
        For each query what is asked of the metrics.
    told : Mapping
        All of the file, as dbt Charts reads it but for the queries.
    """

    name: str
    title: str
    notes: str
    owner: str
    queries: Mapping[str, Mapping[str, Any]]
    told: Mapping[str, Any]


def read_boards(folder: Path) -> list[Board]:
    """Return the boards of a folder.

    Raises
    ------
    UsageError
        If a file is no board, or a query of it asks for something else than metrics.
    """
    return [_board(path) for path in sorted(folder.glob("*.yml"))]


def _board(path: Path) -> Board:
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise UsageError(f"boards/{path.name} is no YAML.\n{error}", "Mend it there.") from error
    if not isinstance(told, dict) or not told.get("queries"):
        raise UsageError(f"boards/{path.name} has no queries.", "docs/boards.md shows a board.")
    for key in ("title", "notes", "owner"):
        if not told.get(key):
            raise UsageError(f"boards/{path.name} has no '{key}'.", "Add it.")
    queries = dict(told["queries"])
    for name, query in queries.items():
        if not isinstance(query, dict) or not query.get("metrics"):
            raise UsageError(
                f"boards/{path.name}: query {name} names no metrics.",
                "A board asks metrics, so that no figure is defined twice: `onemart metrics`.",
            )
        for key in query:
            if key not in _KEYS:
                raise UsageError(
                    f"boards/{path.name}: query {name} has '{key}'.",
                    f"It knows {', '.join(_KEYS)}.",
                )
    owner = str(told["owner"])
    told = {key: value for key, value in told.items() if key not in ("queries", "owner")}
    return Board(path.stem, str(told["title"]), str(told["notes"]), owner, queries, told)


def boards(reading: Reading, folder: Path) -> Iterator[Page | Asset]:
    """Yield a page for each board of a folder, and what it shows, light and dark.

    Raises
    ------
    UsageError
        If a board asks for what there is not.
    OnemartError
        If dbt Charts cannot draw a board.
    """
    declared = read_boards(folder)
    if not declared:
        return
    answers = {board.name: _answers(reading, board) for board in declared}
    drawn = _drawn(declared, answers)
    for board in declared:
        for theme in _THEMES:
            yield Asset(f"figures/boards/{board.name}-{theme}.html", drawn[board.name, theme])
        metrics = sorted({name for query in board.queries.values() for name in query["metrics"]})
        known = reading.layer.metrics
        yield Page(
            path=f"figures/boards/{board.name}.html",
            title=f"Board: {board.title}",
            template="figures/board.html",
            values={
                "board": board,
                "metrics": [{"name": name, **known[name]} for name in metrics],
                "answers": answers[board.name],
                "business_date": reading.business_date,
                "shape": _shape(drawn[board.name, "light"]),
                "file": f"boards/{board.name}.yml",
            },
            scripts=("boards.js",),
            styles=("figures.css",),
            words=" ".join(["board", *metrics, *(known[name]["label"] for name in metrics)]),
            summary=board.notes,
            owner=board.owner,
            reads=tuple(metrics),
        )


def _shape(drawn: bytes) -> str:
    """Return the shape of a drawing, width / height, so that its frame is as high as it is."""
    found = _SIZE.search(drawn)
    return f"{found.group(1).decode()} / {found.group(2).decode()}" if found else "4 / 3"


@dataclass(frozen=True)
class _Answer:
    """The answer to a query of a board."""

    name: str
    columns: list[str]
    rows: list[list[Any]]


def _answers(reading: Reading, board: Board) -> list[_Answer]:
    return [
        _answer(reading, f"boards/{board.name}.yml: query {name}", name, query)
        for name, query in board.queries.items()
    ]


def _answer(reading: Reading, where: str, name: str, query: Mapping[str, Any]) -> _Answer:
    """Ask the metrics layer what a query of a board asks."""
    first, last = _span(reading.business_date, query)
    compare = str(query.get("compare", ""))
    question = Question(
        _listed(query["metrics"]),
        _listed(query.get("by", ())),
        str(query.get("where", "")),
        compare,
        first,
        last,
    )
    most = min(int(query.get("most", _MOST_ROWS)), _MOST_ROWS)
    sort = str(query.get("sort", ""))
    try:
        span = to_date(reading.warehouse, compare, None) if compare in TO_DATE else None
        sql = reading.layer.sql(question, span)
        if sort:
            way = "desc" if sort.startswith("-") else "asc"
            sql = f"select * from (\n{sql}\n) as asked order by {sort.lstrip('-')} {way}"
        names, rows = reading.warehouse.head(sql, most)
    except UsageError as error:
        raise _unanswered(where, error) from error
    except reading.warehouse.refusals as error:
        raise _unanswered(where, error) from error
    columns = short_names(names)
    return _Answer(
        name, columns, [[_plain(*one) for one in zip(columns, row, strict=True)] for row in rows]
    )


def _unanswered(where: str, error: Exception) -> UsageError:
    return UsageError(f"{where} cannot be answered.\n{error}", "Mend it there.")


def _span(day: date | None, query: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """Return the days that a query is about: the last ones, or whole months; else all."""
    if day is None:
        return None, None
    if query.get("days"):
        return day - timedelta(days=int(query["days"]) - 1), day
    if not query.get("months"):
        return None, None
    after = day + timedelta(days=1)
    end = after.replace(day=1) - timedelta(days=1)
    number = end.year * 12 + end.month - int(query["months"])
    return date(number // 12, number % 12 + 1, 1), end


def _listed(told: Any) -> tuple[str, ...]:
    return (told,) if isinstance(told, str) else tuple(str(one) for one in told)


def _plain(column: str, value: Any) -> Any:
    """Return a value as a board has it: months by name, decimals as short numbers."""
    if isinstance(value, date | datetime):
        return f"{value:{_MONTHS.get(column, '%Y-%m-%d')}}"
    if isinstance(value, Decimal | float):
        return round(float(value), 4)
    return "unknown" if value is None and not _is_figure(column) else value


def _is_figure(column: str) -> bool:
    return column.endswith(("_growth", "_previous", "_last_year", "_rate", "_value"))


def _drawn(
    declared: list[Board], answers: Mapping[str, list[_Answer]]
) -> dict[tuple[str, str], bytes]:
    """Have dbt Charts draw all boards, in one process that asks no warehouse and keeps nothing."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "dbt_charts.yml").touch()
        for board in declared:
            queries = {
                one.name: {"columns": one.columns, "values": one.rows}
                for one in answers[board.name]
            }
            for theme, named in _THEMES.items():
                # The page says of which day the figures are; the clock would change every file.
                style = {**board.told.get("style", {}), "timestamp": {"visible": False}}
                told = {**board.told, "theme": named, "style": style, "queries": queries}
                path = folder / f"{board.name}-{theme}.yml"
                path.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
        paths = sorted(path.name for path in folder.glob("*-*.yml"))
        command = [
            str(Path(sys.executable).with_name("dct")), "render", *paths,
            "--format", "html", "--no-cache", "--no-warnings",
            "--output", "{stem}.html", "--project-dir", str(folder),
        ]  # fmt: skip
        # Its home is the folder, too: it would leave settings and a cache in one's own.
        environment = {**os.environ, "DO_NOT_TRACK": "1", "HOME": str(folder), "NO_COLOR": "1"}
        run = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if run.returncode:
            told_ = (run.stderr or run.stdout).replace(f"{folder}/", "boards/").strip()
            raise OnemartError(f"dbt Charts cannot draw the boards.\n{told_}", "docs/boards.md")
        return {
            (board.name, theme): _MOMENT.sub(
                b"", (folder / f"{board.name}-{theme}.html").read_bytes()
            )
            for board in declared
            for theme in _THEMES
        }
