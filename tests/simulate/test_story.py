"""The same seed tells the same story: in one go or hour by hour, with one thread or more."""

from datetime import datetime
from pathlib import Path

from onemart.feeds.contract import load_contract
from onemart.project import find_project

CONTRACTS = find_project(Path(__file__)).contracts


def latest(told: Told, feed: str) -> set[tuple[object, ...]]:
    """Return what counts of a feed when all its files have come."""
    source, _, table = feed.partition(".")
    contract = load_contract(CONTRACTS / source / f"{table}.yml")
    key = ", ".join(contract.key)
    order = contract.deliveries.order_column
    columns = ", ".join(column.name for column in contract.columns)
    return set(
        told.ask(
            f"select {columns} from {told.rows(feed)}"
            f" qualify row_number() over (partition by {key} order by {order} desc) = 1"
        )
    )


def feeds(told: Told) -> list[str]:
    return sorted(f"{folder.parent.name}.{folder.name}" for folder in told.shop.landing.glob("*/*"))


def test_a_story_told_in_parts_is_the_story_told_in_one_go(told: Told, tell_story: Tell) -> None:
    parts = tell_story(
        [
            datetime(2024, 12, 1),
            datetime(2024, 12, 24, 13),
            datetime(2024, 12, 24, 14),
            datetime(2025, 1, 13),
        ],
        by="hour",
    )
    assert feeds(parts) == feeds(told)
    for feed in feeds(told):
        assert latest(parts, feed) == latest(told, feed), feed


def test_threads_make_no_difference(told: Told, tell_story: Tell) -> None:
    alone = tell_story(threads=1)
    for feed in feeds(told):
        assert latest(alone, feed) == latest(told, feed), feed
