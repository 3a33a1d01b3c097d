"""The first page: how the warehouse stands, and the ways to the rest."""

from collections.abc import Iterable, Sequence

from onemart.feeds.status import feed_status
from onemart.portal.bulletin import headline
from onemart.portal.frame import Link
from onemart.portal.home.incidents import incidents
from onemart.portal.home.state import balance_state, build_state, feeds_state, tests_state
from onemart.portal.page import Page
from onemart.portal.reading import Reading

__all__ = ["page"]


def page(reading: Reading, sections: Iterable[tuple[str, Sequence[Page]]]) -> Page:
    """Return the first page.

    Parameters
    ----------
    sections : iterable of (str, sequence of Page)
        Titles and pages of the other sections.
    """
    feeds = feed_status(reading.warehouse, reading.contracts)
    books = reading.dicts(
        "select source_name, feed_name, unexplained_record_count, unexplained_amount"
        f" from {reading.mart('rpt_reconciliation')}"
    )
    return Page(
        path="index.html",
        title="Home",
        template="home/page.html",
        summary="How the warehouse stands, and the ways to the rest.",
        owner="data-platform",
        reads=("rpt_reconciliation",),
        values={
            "states": [
                build_state(reading.results),
                tests_state(reading.results),
                feeds_state(feeds),
                balance_state(books),
            ],
            "headline": headline(reading),
            "incidents": incidents(feeds, books, reading.results),
            "feeds": sorted(feeds, key=lambda feed: feed.contract.id),
            "ways": [
                (
                    title,
                    [Link(one.title, one.path, one.summary) for one in pages if not one.part_of],
                )
                for title, pages in sections
            ],
        },
    )
