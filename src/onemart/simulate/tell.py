"""Tell the next window of a shop's story, chapter by chapter."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from shutil import rmtree

from onemart.errors import UsageError
from onemart.project import Project, Shop
from onemart.simulate.chapters import CHAPTERS, CLEAN_CHAPTERS
from onemart.simulate.engine import BY, Chapter, Story
from onemart.simulate.faults import deliver_late, plant_faults
from onemart.simulate.settings import MODES, Settings, Window, load_settings, save_settings

__all__ = ["story_file", "tell"]


def story_file(project: Project, shop: Shop) -> Path:
    """Return the file that knows how far the story of `shop` is told."""
    return project.state / "simulated" / shop.name / "story.json"


def tell(  # noqa: PLR0913
    project: Project,
    shop: Shop,
    begun: Settings,
    until: datetime,
    *,
    by: str = "day",
    faults: bool = False,
    on_chapter: Callable[[Chapter], None] = lambda _chapter: None,
) -> list[Path]:
    """Tell the story of `shop` on until `until`, and return the files delivered.

    Parameters
    ----------
    project, shop
        Whose landing folder gets the files.
    begun : Settings
        What the story begins with, if there is none yet; else it has to be the same.
    until : datetime.datetime
        The first moment that is not told any more. If the story is told until then, nothing is done.
    by : str
        fortnight, week, day or hour: what each of the last files holds.
    faults : bool
        Whether to plant faults among the last files, for the gate to find.
    on_chapter : Callable, optional
        Called before each chapter.

    Raises
    ------
    UsageError
        If the story was begun otherwise, or is told further already.
    """
    if by not in BY:
        raise UsageError(f"Files hold no {by}.", f"Use one of {', '.join(BY)}.")
    file = story_file(project, shop)
    settings = load_settings(file) or begun
    _check(settings, begun, shop)
    if settings.told_until == until:
        return []
    if settings.told_until > until:
        raise UsageError(
            f"The story of shop {shop.name} is told until {settings.told_until} already.",
            "Name a later --to.",
        )
    window = Window(settings.told_until, until)
    story = Story(project, shop, settings, window, by=by)
    try:
        for chapter in CLEAN_CHAPTERS.get(settings.mode, CHAPTERS):
            on_chapter(chapter)
            chapter.tell(story)
        deliver_late(story, shop.landing)
        if faults:
            plant_faults(story)
    finally:
        story.close()
        rmtree(story.folder / "spill", ignore_errors=True)
    save_settings(file, settings.after(window))
    return story.written


def _check(settings: Settings, begun: Settings, shop: Shop) -> None:
    if begun.mode not in MODES:
        raise UsageError(f"There is no mode '{begun.mode}'.", f"Use one of {', '.join(MODES)}.")
    for what in ("seed", "customers", "first", "mode"):
        was, now = getattr(settings, what), getattr(begun, what)
        if was != now:
            raise UsageError(
                f"The story of shop {shop.name} was begun with {what} {was}, not {now}.",
                "Ask for the same, or simulate another --shop.",
            )
