"""Tell a window of a story: plans are saved, and what becomes known of them goes out as deliveries.

A chapter makes *plans*: rows with all their times, also those beyond the window, kept as Parquet. From
them it *emits* feeds: the versions of a row that become known inside the window. So a story told in one go
and one told hour by hour deliver the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import duckdb

from onemart.disk import explain_disk
from onemart.feeds.contract import Contract, load_contract
from onemart.project import Project, Shop
from onemart.simulate.macros import create_macros
from onemart.simulate.settings import Settings, Window
from onemart.warehouse.duckdb_dialect import DuckdbDialect, literal, name

__all__ = ["BY", "Chapter", "Story"]

BY = {
    "fortnight": timedelta(weeks=2),
    "week": timedelta(weeks=1),
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
}
"""What the last files of a window hold."""

_DUCKDB = DuckdbDialect()
# Versions that are known before the story begins come with its first file.
_EVER = datetime(1, 1, 1)  # noqa: DTZ001  (times are UTC, without zone)
_UNFINISHED = ".part"
_PARQUET = "format parquet, compression zstd, compression_level 1"
_CSV = "format csv, header true, timestampformat '%Y-%m-%d %H:%M:%S'"
_JSONL = "format json, timestampformat '%Y-%m-%d %H:%M:%S'"


class Story:
    """What a chapter tells with.

    `sql` runs statements that have the macros of `onemart.simulate.macros` and these: `window_start()`,
    `window_end()` and `first_day()`, timestamps; `base_end()`, the end of the first window;
    `customer_count()`, the accounts there are by then. Saved tables are in the schema `story`.

    Parameters
    ----------
    project, shop
        Whose contracts apply, and whose landing folder gets the files.
    settings : Settings
        The story, told until the start of the window.
    window : Window
        What is to be told.
    by : str
        week, day or hour: what each of the last files holds.
    memory : str
        How much memory DuckDB may take, like 6GB.
    """

    def __init__(
        self,
        project: Project,
        shop: Shop,
        settings: Settings,
        window: Window,
        *,
        by: str = "day",
        memory: str = "6GB",
    ) -> None:
        self.settings = settings
        self.window = window
        self.folder = project.state / "simulated" / shop.name
        self.written: list[Path] = []
        self._contracts = project.contracts
        self._landing = shop.landing
        self._by = by
        self._connection = duckdb.connect()
        spill = self.folder / "spill"
        spill.mkdir(parents=True, exist_ok=True)
        self.sql(f"set memory_limit = {literal(memory)}")
        self.sql(f"set temp_directory = {literal(str(spill))}")
        self.sql("set timezone = 'UTC'")
        # Where it has joins skip parts of several Parquet files, DuckDB 2.0 stumbles over their dictionaries
        # ("global dictionary column changed identity").
        self.sql("set disabled_optimizers = 'join_filter_pushdown'")
        # Rows come in any order; keeping one would leave much of the writing to one thread.
        self.sql("set preserve_insertion_order = false")
        create_macros(self._connection, settings.seed)
        moments = {
            "window_start": window.start,
            "window_end": window.end,
            "first_day": settings.first,
            "base_end": settings.base_end,
        }
        for macro, moment in moments.items():
            self.sql(f"create macro {macro}() as timestamp {literal(str(moment))}")
        self.sql(f"create macro customer_count() as {settings.customers}")
        self.sql("create schema story")
        for table in sorted(self._folder_of("story").glob("*")):
            self._show(table.name)

    def close(self) -> None:
        """Let go of what the story held in memory and on disk."""
        self._connection.close()

    def sql(self, statement: str) -> duckdb.DuckDBPyConnection:
        """Run a statement."""
        return self._connection.execute(statement)

    def has(self, table: str) -> bool:
        """Tell whether a plan of that name was saved, in this window or an earlier one."""
        return bool(self._files(table))

    def save(self, table: str, select: str, *, part: str = "") -> None:
        """Keep rows planned in this window; `story.<table>` then shows those of all windows so far.

        Parameters
        ----------
        table : str
            The plan. Its columns and types have to be the same in each window.
        select : str
            SQL for the rows of this window.
        part : str, optional
            Where a window's rows are saved in parts: the name of this one.
        """
        file = self._folder_of("story") / table / f"{self.window.name}{part and '.'}{part}.parquet"
        self._write(select, file, _PARQUET)
        self._show(table)

    def truth(self, subject: str, select: str) -> None:
        """Write what estimators are to find, `truth/<subject>.parquet`, for the story so far."""
        self._write(select, self._folder_of("truth") / f"{subject}.parquet", _PARQUET)

    def emit(self, feed: str, select: str) -> None:
        """Deliver what becomes known of a feed in this window.

        Parameters
        ----------
        feed : str
            `<source>.<feed>`.
        select : str
            SQL for versions of rows: the contract's columns, and `emitted_at`, the time at which the version
            becomes known; `superseded_at`, the time of the next version of the same key, where a row can
            have one (the macro `versions` gives both). A file holds of a key what counts at its end.
            Versions that are known before the story begins come with its first file.
        """
        source, _, table = feed.partition(".")
        contract = _load_contract(self._contracts / source / f"{table}.yml")
        folder = self._landing / source / table
        rows = self._typed(contract, select)
        files = list(self._file_windows())
        if files[0].is_backfill:
            self._deliver(contract, rows, files.pop(0), folder)
        if files:
            known = (
                f"{_moment(files[0].start)} <= emitted_at and emitted_at < {_moment(files[-1].end)}"
            )
            # A select that looks no further back than it has to does so for the tail, too.
            self._window_starts(files[0].start)
            self.sql(f"create or replace temp table tail as select * from ({rows}) where {known}")
            self._window_starts(self.window.start)
            full = self.sql("select distinct date_trunc('hour', emitted_at) from tail").fetchall()
            moments = {moment for (moment,) in full}
            for file in files:
                if any(file.start <= moment < file.end for moment in moments):
                    self._deliver(contract, "from tail", file, folder)
            self.sql("drop table tail")

    def _window_starts(self, moment: datetime) -> None:
        self.sql(f"create or replace macro window_start() as {_moment(moment)}")

    def _file_windows(self) -> Iterator["_File"]:
        """Yield the files of this window: one for its long beginning, then one a week, day or hour."""
        cut = self.settings.tail_start(self.window)
        start = self.window.start if self.settings.windows else _EVER
        if cut > self.window.start:
            last = cut - timedelta(days=1)
            yield _File(f"{self.window.start:%Y-%m-%d}_to_{last:%Y-%m-%d}", start, cut, True)
            start = cut
        while cut < self.window.end:
            # What begins inside a day is named by its hour: the day's name has the file of its beginning.
            has_hour = self._by == "hour" or cut.hour
            label = f"{cut:%Y-%m-%dT%H}" if has_hour else f"{cut:%Y-%m-%d}"
            cut = min(_next(cut, self._by), self.window.end)
            yield _File(label, start, cut, False)
            start = cut

    def _typed(self, contract: Contract, select: str) -> str:
        """Return `select` in the contract's types, with both times of each version."""
        has_end = "superseded_at" in self._connection.sql(select).columns
        columns = [
            f"cast({name(column.name)} as {_DUCKDB.type(column.type.kind)}) as {name(column.name)}"
            for column in contract.columns
        ]
        end = "superseded_at" if has_end else "null"
        times = f"cast(emitted_at as timestamp) as emitted_at, cast({end} as timestamp) as superseded_at"
        return f"select {', '.join(columns)}, {times} from ({select})"

    def _deliver(self, contract: Contract, rows: str, file: "_File", folder: Path) -> None:
        """Write one file of a feed, unless it would be empty."""
        columns = ", ".join(name(column.name) for column in contract.columns)
        known = (
            f"{_moment(file.start)} <= emitted_at and emitted_at < {_moment(file.end)}"
            f" and (superseded_at is null or superseded_at >= {_moment(file.end)})"
        )
        # The long file is not sorted: it would take as long again as to write it.
        order = "" if file.is_backfill else f" order by {', '.join(map(name, contract.key))}"
        target = folder / f"{contract.feed}_{file.label}.{contract.format}"
        options = {"csv": _CSV, "jsonl": _JSONL}.get(contract.format, _PARQUET)
        if self._write(f"select {columns} from ({rows}) where {known}{order}", target, options):
            self.written.append(target)
        else:
            target.unlink()

    def _write(self, select: str, file: Path, options: str) -> int:
        """Write a query's rows to a file, which has its name once it is whole; return their number."""
        unfinished = file.with_name(file.name + _UNFINISHED)
        with explain_disk(f"{file} could not be written"):
            file.parent.mkdir(parents=True, exist_ok=True)
            (count,) = self.sql(
                f"copy ({select}) to {literal(str(unfinished))} ({options})"
            ).fetchone() or (0,)
            unfinished.replace(file)
        return int(count)

    def _folder_of(self, what: str) -> Path:
        return self.folder / what

    def _files(self, table: str) -> list[Path]:
        """List the files of a plan; those of a window that was never finished are not among them."""
        names = {window.name for window in (*self.settings.windows, self.window)}
        files = sorted((self._folder_of("story") / table).glob("*.parquet"))
        return [file for file in files if file.name.partition(".")[0] in names]

    def _show(self, table: str) -> None:
        files = self._files(table)
        if files:
            paths = ", ".join(literal(str(file)) for file in files)
            self.sql(
                f"create or replace view story.{name(table)} as select * from read_parquet([{paths}])"
            )


@dataclass(frozen=True)
class Chapter:
    """A part of the story: what it is called while it is told, and how to tell it."""

    name: str
    tell: Callable[[Story], None]


@dataclass(frozen=True)
class _File:
    label: str
    start: datetime
    end: datetime
    is_backfill: bool


# A contract takes longer to read than a day to tell.
_load_contract = cache(load_contract)


def _next(cut: datetime, by: str) -> datetime:
    """Return where the file that begins at `cut` ends: days and weeks end at midnight."""
    end = cut + BY[by]
    return end if by == "hour" else end.replace(hour=0)


def _moment(moment: datetime) -> str:
    return f"timestamp {literal(moment.isoformat(sep=' '))}"
