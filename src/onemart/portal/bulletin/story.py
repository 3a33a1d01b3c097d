"""What a bulletin says, before it is Markdown or HTML."""

from dataclasses import dataclass
from datetime import date

__all__ = ["Bulletin", "Chapter", "Item"]


@dataclass(frozen=True)
class Item:
    """One thing told.

    Attributes
    ----------
    text, action, owner : str
        What the figures say, what they suggest, and the team that owns it; no action for nothing.
    details : tuple of str
        What it is made of, a line each.
    """

    text: str
    action: str = ""
    owner: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A heading and what is told under it."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Bulletin:
    """The bulletin of a week.

    Attributes
    ----------
    shop : str
        Its name.
    week : datetime.date
        Monday of the week.
    headline : str
        The week in a sentence or two.
    chapters : tuple of Chapter
        Only those with something to tell.
    is_quiet : bool
        Whether nothing of the figures exceeded noise.
    """

    shop: str
    week: date
    headline: str
    chapters: tuple[Chapter, ...]
    is_quiet: bool

    @property
    def title(self) -> str:
        """The heading of the bulletin."""
        return f"The week of {self.week.day} {self.week:%B %Y}"
