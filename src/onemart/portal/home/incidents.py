"""What is open: each thing that somebody has to look at, with what to do about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onemart.feeds.status import FeedStatus
from onemart.portal.frame import shortened, shown
from onemart.results import BuildState

__all__ = ["Incident", "incidents"]


@dataclass(frozen=True)
class Incident:
    """Something to look at.

    Attributes
    ----------
    what, where, todo : str
        What happened, to which feed or node, and what to do.
    owner : str
        Who answers for it.
    state : str
        bad or warning.
    """

    what: str
    where: str
    owner: str
    todo: str
    state: str


def incidents(
    feeds: Iterable[FeedStatus], books: Sequence[Mapping[str, Any]], results: BuildState | None
) -> list[Incident]:
    """Return what is open, the worst first."""
    found = [*_unbalanced(books), *_failed(results), *_of_feeds(feeds)]
    return sorted(found, key=lambda one: (one.state != "bad", one.where))


def _unbalanced(books: Sequence[Mapping[str, Any]]) -> Iterable[Incident]:
    for book in books:
        if book["unexplained_record_count"] or book["unexplained_amount"]:
            lines, money = book["unexplained_record_count"], book["unexplained_amount"]
            yield Incident(
                f"{shown(lines)} lines and {shown(money)} are not explained",
                f"{book['source_name']}.{book['feed_name']}",
                "data-platform",
                "Compare the feed's ledger with its mart.",
                "bad",
            )


def _failed(results: BuildState | None) -> Iterable[Incident]:
    for name, node in (results.problems if results else {}).items():
        yield Incident(
            f"{node['kind']} failed: {shortened(node.get('message', ''))}",
            ".".join(name.split(".")[2:3]),
            "data-platform",
            "Run it again: dbt build --select " + name.split(".")[2],
            "bad",
        )


def _of_feeds(feeds: Iterable[FeedStatus]) -> Iterable[Incident]:
    for feed in feeds:
        where, owner = feed.contract.id, feed.contract.owner
        if feed.is_last_refused:
            what = f"the last file was rejected: {shortened(feed.last_file)}"
            todo = f"onemart deliveries --feed {where} tells why."
            yield Incident(what, where, owner, todo, "bad")
        if feed.state == "late":
            what = f"late since {shown(feed.due_at)}"
            yield Incident(what, where, owner, "Ask the vendor for the delivery.", "warning")
        if feed.open_lines:
            what = f"{feed.open_lines:,} lines wait in quarantine"
            todo = f"onemart quarantine --feed {where} --to FILE, repair, replay; or waive them."
            yield Incident(what, where, owner, todo, "warning")
