"""What a story was begun with, and how far it is told."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from onemart.disk import explain_disk
from onemart.errors import UsageError

__all__ = ["MODES", "Settings", "Window", "load_settings", "save_settings"]

MODES = ("full", "bgnbd", "paretonbd", "demand", "incidents")
# The last days of a first run come in files of their own, as they would have come day by day.
TAIL_DAYS = 14


@dataclass(frozen=True)
class Window:
    """A stretch of time, from `start` until before `end`, both UTC."""

    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """Its name in files, sorted as time goes."""
        return f"{self.start:%Y%m%dT%H}_{self.end:%Y%m%dT%H}"


@dataclass(frozen=True)
class Settings:
    """A story.

    Attributes
    ----------
    seed : int
        Another seed, another shop.
    customers : int
        Accounts there are at the end of the first window; they go on to join at that rate.
    first : datetime.date
        The first day told.
    base_end : datetime.date
        The end of the first window.
    mode : str
        full, or the name of the estimator whose assumptions customers follow exactly.
    windows : tuple of Window
        What is told already, without a gap.
    """

    seed: int
    customers: int
    first: date
    base_end: date
    mode: str
    windows: tuple[Window, ...] = ()

    @property
    def told_until(self) -> datetime:
        """The end of what is told; the story goes on from here."""
        return self.windows[-1].end if self.windows else datetime.combine(self.first, time())

    def after(self, window: Window) -> "Settings":
        """Return the settings with one more window told."""
        return replace(self, windows=(*self.windows, window))

    def tail_start(self, window: Window) -> datetime:
        """Return from when on a window is delivered in files of a day or an hour."""
        if self.windows:
            return window.start
        return max(window.start, window.end - timedelta(days=TAIL_DAYS))


def load_settings(file: Path) -> Settings | None:
    """Read the story begun in `file`, None where there is none.

    Raises
    ------
    UsageError
        If the file is no story of this version.
    """
    if not file.is_file():
        return None
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        moment = datetime.fromisoformat
        return Settings(
            seed=found["seed"],
            customers=found["customers"],
            first=date.fromisoformat(found["first"]),
            base_end=date.fromisoformat(found["base_end"]),
            mode=found["mode"],
            windows=tuple(Window(moment(start), moment(end)) for start, end in found["windows"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{file} does not hold a story of this version ({error!r}).",
            "Delete its folder and simulate the shop anew.",
        ) from error


def save_settings(file: Path, settings: Settings) -> None:
    """Write the story's settings, whole or not at all."""
    found = asdict(settings) | {
        "windows": [
            (window.start.isoformat(), window.end.isoformat()) for window in settings.windows
        ],
        "first": settings.first.isoformat(),
        "base_end": settings.base_end.isoformat(),
    }
    unfinished = file.with_suffix(".part")
    with explain_disk(f"{file} could not be written"):
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(file)
