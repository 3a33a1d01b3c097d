"""Deliveries of each feed over time, and how they are drawn."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log1p
from typing import Any

from onemart.portal.reading import Reading

__all__ = ["MOST_POINTS", "Bar", "Point", "bars", "points_by_feed"]

MOST_POINTS = 100
"""Points of a feed's history, at most: files while they are few, then days, weeks or months."""

_OUTCOMES = ("delivered", "accepted", "quarantined", "rejected")
WIDTH, HEIGHT = 800, 120


@dataclass(frozen=True)
class Point:
    """What came at a time, and what became of it.

    Attributes
    ----------
    label : str
        The moment, day, week or month, by the gate's clock in UTC.
    files : int
        Files that were accepted or rejected.
    delivered, accepted, quarantined, rejected : int
        Records; the first is the sum of the others.
    """

    label: str
    files: int
    delivered: int
    accepted: int
    quarantined: int
    rejected: int


@dataclass(frozen=True)
class Bar:
    """A piece of a drawn point: where it stands, what it shows, and how that is said."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


def points_by_feed(reading: Reading) -> dict[tuple[str, str], list[Point]]:
    """Return the history of each feed that had a delivery, the oldest first."""
    log = reading.warehouse.table("ops", "delivery_log")
    summed = ", ".join(f"sum(records_{kind}) as {kind}" for kind in _OUTCOMES)
    rows = reading.dicts(
        f"""
        with files as (
            select *, count(*) over (partition by source, feed) as files_of_feed
            from {log}
            where kind = 'file' and status in ('accepted', 'rejected')
        )
        select
            source, feed, cast(finished_at as date) as day, 0 as published_seq,
            max(finished_at) as moment, count(*) as files, {summed}
        from files where files_of_feed > {MOST_POINTS}
        group by source, feed, cast(finished_at as date)
        union all
        select
            source, feed, cast(finished_at as date) as day, published_seq,
            finished_at as moment, 1 as files,
            {", ".join(f"records_{kind} as {kind}" for kind in _OUTCOMES)}
        from files where files_of_feed <= {MOST_POINTS}
        order by source, feed, moment, published_seq
        """
    )
    by_feed: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_feed[row["source"], row["feed"]].append(row)
    return {feed: _points(told) for feed, told in by_feed.items()}


def _points(rows: Sequence[Mapping[str, Any]]) -> list[Point]:
    if all(row["published_seq"] for row in rows):
        return _summed((f"{row['moment']:%Y-%m-%d %H:%M:%S}", row) for row in rows)
    days = [(date.fromisoformat(str(row["day"])[:10]), row) for row in rows]
    if len(days) <= MOST_POINTS:
        return _summed((day.isoformat(), row) for day, row in days)
    weeks = _summed((f"week of {day - timedelta(day.weekday())}", row) for day, row in days)
    if len(weeks) <= MOST_POINTS:
        return weeks
    return _summed((f"{day:%Y-%m}", row) for day, row in days)[-MOST_POINTS:]


def _summed(labelled: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Point]:
    counts: dict[tuple[str, int], list[int]] = {}
    for label, row in labelled:
        # Files of one second stay two points; a number of a day, week or month is always 0.
        key = (label, row["published_seq"])
        found = counts.setdefault(key, [0] * (1 + len(_OUTCOMES)))
        for place, name in enumerate(("files", *_OUTCOMES)):
            found[place] += int(row[name])
    return [Point(label, *found) for (label, _), found in counts.items()]


def bars(points: Sequence[Point]) -> list[Bar]:
    """Return the points drawn in a field of `WIDTH` by `HEIGHT`, the oldest on the left.

    The height is the logarithm of the records, for the first delivery of a feed often holds years
    and the next one a day; its parts are shares of the records.
    """
    if not points:
        return []
    highest = max(log1p(point.delivered) for point in points) or 1.0
    step = min(WIDTH / len(points), 24.0)
    drawn = []
    for place, point in enumerate(points):
        height = max(log1p(point.delivered) / highest * HEIGHT, 2.0)
        top = float(HEIGHT)
        title = (
            f"{point.label}: {point.delivered:,} delivered, {point.accepted:,} accepted,"
            f" {point.quarantined:,} quarantined, {point.rejected:,} rejected"
        )
        for kind in ("accepted", "quarantined", "rejected"):
            # An empty file that was accepted is seen, too.
            records = getattr(point, kind) if point.delivered else kind == "accepted"
            share = records / (point.delivered or 1)
            if share:
                # A few bad lines among many are seen as well.
                part = height * share if share == 1 else max(height * share, 3.0)
                top -= part
                drawn.append(
                    Bar(round(place * step, 2), round(top, 2), round(step * 0.8, 2),
                        round(part, 2), kind, title)
                )  # fmt: skip
    return drawn
