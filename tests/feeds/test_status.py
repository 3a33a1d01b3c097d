"""How feeds stand by their schedule, and what the ledger lists."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.feeds.feed_project import HEADER, FeedProject, line

from onemart.feeds.status import FeedStatus, delivered_by_feed, feed_status, ledger

ARRIVED = datetime(2024, 3, 1, 6, 0)  # noqa: DTZ001
"""A feed of the tests is delivered daily; by default a day of grace follows the day it is due."""

Clock = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set the time, UTC."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setenv("ONEMART_NOW", moment.isoformat())

    set_clock(ARRIVED)
    return set_clock


def stand(shop: FeedProject) -> list[FeedStatus]:
    with shop.gate() as gate:
        return feed_status(gate.warehouse, gate.contracts)


def test_a_feed_that_was_never_delivered(shop: FeedProject, at: Clock) -> None:  # noqa: ARG001
    shop.contract()
    (feed,) = stand(shop)
    assert (feed.contract.id, feed.state, feed.last_file, feed.last_outcome) == (
        "erp.orders",
        "never delivered",
        "",
        "",
    )
    assert (feed.last_accepted_at, feed.due_at, feed.open_lines) == (None, None, 0)
    assert not feed.is_last_refused


@pytest.mark.parametrize(
    "later, state",
    [
        (timedelta(0), "on time"),
        (timedelta(hours=23, minutes=59), "on time"),
        (timedelta(hours=24), "due"),
        (timedelta(hours=47, minutes=59), "due"),
        (timedelta(hours=48), "late"),
        (timedelta(days=400), "late"),
    ],
)
def test_a_feed_against_its_schedule(
    shop: FeedProject, at: Clock, later: timedelta, state: str
) -> None:
    shop.contract()
    shop.land_one("a.csv", HEADER + line(1))
    at(ARRIVED + later)
    (feed,) = stand(shop)
    assert feed.state == state
    assert (feed.last_accepted_at, feed.due_at) == (ARRIVED, ARRIVED + timedelta(days=1))


def test_a_rejected_or_skipped_file_is_the_last_but_no_delivery(
    shop: FeedProject, at: Clock
) -> None:
    shop.contract()
    shop.land_one("a.csv", HEADER + line(1))
    at(ARRIVED + timedelta(days=3))
    shop.land_one("b.csv", "")

    (feed,) = stand(shop)
    assert (feed.last_file, feed.last_outcome, feed.is_last_refused) == ("b.csv", "rejected", True)
    assert (feed.state, feed.last_accepted_at) == ("late", ARRIVED)

    shop.land_one("c.csv", HEADER + line(1))
    (feed,) = stand(shop)
    assert (feed.last_file, feed.last_outcome, feed.is_last_refused) == ("c.csv", "skipped", False)
    assert feed.state == "late"


def test_a_feed_of_which_only_bad_files_came(shop: FeedProject, at: Clock) -> None:  # noqa: ARG001
    shop.contract()
    shop.land_one("a.csv", "")
    (feed,) = stand(shop)
    assert (feed.state, feed.last_outcome) == ("never delivered", "rejected")


def test_open_lines_are_counted_by_feed(shop: FeedProject, at: Clock) -> None:  # noqa: ARG001
    shop.contract()
    shop.contract("refunds")
    shop.land_one("a.csv", HEADER + line(1) + line("x") + line("y"))
    shop.land_one("b.csv", HEADER + line("z"), feed="refunds")
    assert [(feed.contract.feed, feed.open_lines) for feed in stand(shop)] == [
        ("orders", 2),
        ("refunds", 1),
    ]


def test_the_ledger_lists_the_newest_first(shop: FeedProject, at: Clock) -> None:
    shop.contract()
    for number in range(1, 4):
        at(ARRIVED + timedelta(hours=number))
        shop.land_one(f"{number}.csv", HEADER + line(number))
    with shop.gate() as gate:
        rows = ledger(gate, gate.contracts[0], limit=2)
    assert [(row["file_name"], row["published_seq"]) for row in rows] == [
        ("3.csv", 3),
        ("2.csv", 2),
    ]
    assert rows[0]["finished_at"] == ARRIVED + timedelta(hours=3)


def test_all_that_came_by_feed(shop: FeedProject, at: Clock) -> None:  # noqa: ARG001
    shop.contract()
    shop.contract("refunds")
    shop.land_one("a.csv", HEADER + line(1) + line("x"))
    shop.land_one("b.csv", "order_id\n1\n")
    with shop.gate() as gate:
        told = delivered_by_feed(gate.warehouse)
    assert told == [
        {
            "source": "erp",
            "feed": "orders",
            "files": 2,
            "delivered": 3,
            "accepted": 1,
            "quarantined": 1,
            "rejected": 1,
        }
    ]
