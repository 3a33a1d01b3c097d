"""The weekly bulletin: what moved, why, what went well and what did not, and who has to do what."""

from collections.abc import Iterator

from onemart.portal.bulletin.figures import told_weeks
from onemart.portal.bulletin.story import Bulletin
from onemart.portal.bulletin.writing import write_bulletin
from onemart.portal.page import Page
from onemart.portal.reading import Reading

__all__ = ["headline", "pages"]

_MOST_WEEKS = 12
_READS = ("rpt_sales_surprises", "rpt_sales_causes", "fct_shipments", "rpt_model_decay")


def headline(reading: Reading) -> tuple[str, str] | None:
    """Return the title and the headline of the last bulletin; none before two closed weeks."""
    weeks = told_weeks(reading)
    if not weeks:
        return None
    bulletin = write_bulletin(reading, weeks[0])
    return bulletin.title, bulletin.headline


def pages(reading: Reading) -> Iterator[Page]:
    """Return the bulletin of the last week, and those of the weeks before."""
    weeks = told_weeks(reading)[:_MOST_WEEKS]
    bulletins = [write_bulletin(reading, week) for week in weeks]
    for number, bulletin in enumerate(bulletins):
        yield _page(bulletin, bulletins, is_latest=number == 0)


def _page(bulletin: Bulletin, bulletins: list[Bulletin], *, is_latest: bool) -> Page:
    return Page(
        path="bulletin/index.html" if is_latest else f"bulletin/{bulletin.week}.html",
        title=f"Bulletin: {bulletin.title[0].lower()}{bulletin.title[1:]}",
        template="bulletin/page.html",
        summary="What moved, why, what went well, what did not, and who has to do what.",
        owner="Sales Analytics",
        reads=_READS,
        part_of="" if is_latest else "bulletin/index.html",
        words="weekly bulletin " + bulletin.headline[:500],
        values={
            "bulletin": bulletin,
            "others": [
                (
                    other,
                    "bulletin/index.html" if place == 0 else f"bulletin/{other.week}.html",
                )
                for place, other in enumerate(bulletins)
                if other is not bulletin
            ],
        },
    )
