"""How the warehouse stands, in four tiles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onemart.feeds.status import FeedStatus
from onemart.portal.frame import shown
from onemart.results import BuildState

__all__ = ["Tile", "balance_state", "build_state", "feeds_state", "tests_state"]


@dataclass(frozen=True)
class Tile:
    """One thing that is well or is not.

    Attributes
    ----------
    label, value, note : str
        What, how it stands, and from when or of what.
    state : str
        good, warning, bad or unknown.
    """

    label: str
    value: str
    note: str
    state: str


def build_state(results: BuildState | None) -> Tile:
    """Return when the shop was last built, and whether it ended well."""
    if results is None:
        return Tile("Last build", "not kept", "built without the onemart command", "unknown")
    what = "everything" if results.is_whole else "a part"
    broken = len(results.problems) - results.failed_tests
    ended = f"{broken:,} models failed" if broken else "ended well"
    return Tile(
        "Last build",
        shown(results.finished_at),
        f"{what} in {results.seconds:,.0f} s; {ended}",
        "bad" if broken else "good",
    )


def tests_state(results: BuildState | None) -> Tile:
    """Return how many tests of the warehouse pass."""
    if results is None:
        return Tile("Tests", "not kept", "built without the onemart command", "unknown")
    failed = results.failed_tests
    passed = f"{results.tests - failed:,} of {results.tests:,} pass"
    return Tile("Tests", passed, f"{failed:,} failed", "bad" if failed else "good")


def feeds_state(feeds: Sequence[FeedStatus]) -> Tile:
    """Return how many feeds keep to their schedule."""
    delivered = [feed for feed in feeds if feed.state != "never delivered"]
    late = sum(feed.state == "late" for feed in delivered)
    if not delivered:
        return Tile("Feeds", "none delivered", f"{len(feeds):,} contracts", "unknown")
    return Tile(
        "Feeds",
        f"{len(delivered) - late:,} of {len(delivered):,} in time",
        f"{late:,} late; {len(feeds) - len(delivered):,} contracts without a delivery",
        "warning" if late else "good",
    )


def balance_state(books: Sequence[Mapping[str, Any]]) -> Tile:
    """Return what of all that was delivered nobody can explain."""
    lines = sum(book["unexplained_record_count"] for book in books)
    money = sum(book["unexplained_amount"] for book in books)
    balanced = not lines and not money
    return Tile(
        "Balance of the books",
        "balances to the cent" if balanced else f"{shown(money)} unexplained",
        f"{len(books):,} feeds; {shown(lines)} lines unexplained",
        "good" if balanced else "bad",
    )
