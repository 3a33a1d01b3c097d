"""What people see in the terminal."""

import sys
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

__all__ = ["console", "figures", "progress"]

_WIDE = 160

# Piped into a file or a pager there is no edge of a screen to keep to.
console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def progress(what: str) -> tuple[Progress, TaskID]:
    """Return a progress bar, and the id of its one task; its length is set when it is known."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[current]}"),
        console=console,
        transient=True,
    )
    return bar, bar.add_task(what, total=None, current="")


def figures(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a table: whole numbers with separators on the right, the rest as text on the left."""
    shown = [list(row) for row in rows]
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for place, column in enumerate(columns):
        numbers = bool(shown) and all(isinstance(row[place], int) for row in shown)
        table.add_column(column, justify="right" if numbers else "left", overflow="fold")
    for row in shown:
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
    return table
