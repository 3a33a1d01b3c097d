"""What people see in the terminal.

Whatever comes from outside (file names, reasons, values) is shown as it is: never as markup, and
what a terminal cannot show, or would obey, is spelled out.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column, Table
from rich.text import Text

__all__ = ["complain", "console", "figures", "plain", "progress", "say"]

_WIDE = 160
_NARROWEST_TEXT = 16
_WIDEST_CURRENT = 30

# Piped into a file or a pager there is no edge of a screen to keep to, unless somebody names one.
_width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDE
console = Console(highlight=False, width=_width)
_errors = Console(highlight=False, stderr=True)


def plain(text: object) -> str:
    """Spell out what is no printable character: control codes, halves of characters."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1]
        for letter in str(text)
    )


def say(text: object, label: str = "", style: str = "yellow") -> None:
    """Print a message, behind a coloured word if there is one; the terminal breaks the lines."""
    shown = Text.assemble((f"{label} ", style), plain(text)) if label else Text(plain(text))
    console.print(shown, soft_wrap=True)


def complain(text: object, label: str = "error") -> None:
    """Print a message to standard error, behind a red word."""
    _errors.print(Text.assemble((f"{label} ", "red"), plain(text)), soft_wrap=True)


def progress(what: str) -> tuple[Progress, TaskID]:
    """Return a progress bar, and the id of its one task; its length is set when it is known."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn(
            "{task.fields[current]}",
            style="dim",
            markup=False,
            table_column=Column(no_wrap=True, overflow="ellipsis", max_width=_WIDEST_CURRENT),
        ),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    return bar, bar.add_task(what, total=None, current="")


def figures(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    spare: Sequence[str] = (),
    separators: bool = True,
) -> Table:
    """Return a table: numbers on the right, the rest as text on the left.

    A table that would have to be folded beyond reading becomes one row per value.

    Parameters
    ----------
    spare : sequence of str
        Columns that are left out, one after the other, while the table is wider than the screen.
    separators : bool
        Whether whole numbers are counts, shown with separators; years and ids are not.
    """
    given = [list(row) for row in rows]
    shown = [
        _Column(plain(name), [_cell(row[place], separators=separators) for row in given],
                is_number=bool(given) and all(_is_number(row[place]) for row in given))
        for place, name in enumerate(columns)
    ]  # fmt: skip
    for name in spare:
        if _width_of(shown) > console.width:
            shown = [column for column in shown if column.name != name]
    if _width_of(shown, folded=True) > console.width:
        return _listed(title, shown, len(given))
    table = _table(title)
    for column in shown:
        justify: Literal["left", "right"] = "right" if column.is_number else "left"
        whole = column.is_number or column.width <= _NARROWEST_TEXT
        table.add_column(Text(column.name), justify=justify, overflow="fold", no_wrap=whole)
    for row in zip(*(column.cells for column in shown), strict=True):
        table.add_row(*map(Text, row))
    return table


@dataclass(frozen=True)
class _Column:
    name: str
    cells: list[str]
    is_number: bool

    @property
    def width(self) -> int:
        lines = [line for text in [self.name, *self.cells] for line in text.split("\n")]
        return max(map(cell_len, lines))


def _width_of(columns: list[_Column], *, folded: bool = False) -> int:
    widths = [
        min(column.width, _NARROWEST_TEXT) if folded and not column.is_number else column.width
        for column in columns
    ]
    return sum(widths) + 2 * len(widths) + 1


def _listed(title: str, columns: list[_Column], rows: int) -> Table:
    table = _table(title)
    table.add_column(Text("column"))
    table.add_column(Text("value"), overflow="fold")
    for place in range(rows):
        for column in columns:
            table.add_row(Text(column.name), Text(column.cells[place]))
        table.add_section()
    return table


def _table(title: str) -> Table:
    return Table(
        title=Text(plain(title)) if title else None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)


def _cell(cell: object, *, separators: bool) -> str:
    if separators and isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    return "" if cell is None else plain(cell)
