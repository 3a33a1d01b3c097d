"""Promises: what was late, rejected, failed or got worse, and what went well."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from onemart.errors import OnemartError
from onemart.feeds.status import feed_status
from onemart.portal.bulletin.figures import Figures
from onemart.portal.bulletin.rules import Rules
from onemart.portal.bulletin.story import Item
from onemart.portal.bulletin.words import listed, percent, words
from onemart.portal.frame import shortened
from onemart.portal.reading import Reading

__all__ = ["Files", "files_of", "laundry", "model_items", "parcel_items", "state_items"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOST_FILES = 5_000
Files = Iterable[Mapping[str, Any]]


def files_of(reading: Reading) -> list[dict[str, Any]]:
    """Return the ledger's files that were not accepted whole, the latest first."""
    return reading.dicts(
        "select source, feed, file_name, status, records_quarantined, finished_at"
        f" from {reading.warehouse.table('ops', 'deliveries')}"
        " where kind = 'file' and (status = 'rejected' or records_quarantined > 0)"
        f" order by finished_at desc, source, feed, file_name limit {_MOST_FILES}"
    )


def laundry(reading: Reading, rules: Rules, figures: Figures, *, is_latest: bool) -> list[Item]:
    """Return what went wrong; what holds today and is dated by nothing is told of the last week."""
    return [
        *_file_items(rules, files_of(reading), figures.week),
        *parcel_items(rules, figures, "laundry"),
        *model_items(rules, figures),
        *(state_items(reading, rules) if is_latest else ()),
    ]


def day_of(file: Mapping[str, Any]) -> date:
    """Return the day a file is for: the last one in its name, else that on which it was taken."""
    for day in reversed(_DAY.findall(file["file_name"])):
        try:
            return date.fromisoformat(day)
        except ValueError:
            continue
    return date.fromisoformat(str(file["finished_at"])[:10])


def _file_items(rules: Rules, files: Files, week: date) -> Iterator[Item]:
    of_week = [one for one in files if week <= day_of(one) < week + timedelta(weeks=1)]
    rejected = [one for one in of_week if one["status"] == "rejected"]
    partly = [one for one in of_week if one["status"] != "rejected"]
    lines = sum(one["records_quarantined"] for one in partly)
    counts = {
        "rejected_files": (len(rejected), [one["file_name"] for one in rejected]),
        "quarantined_lines": (lines, [f"{one['source']}.{one['feed']}" for one in partly]),
    }
    for subject, (count, where) in counts.items():
        yield from _counted(rules, subject, count, where)


def parcel_items(rules: Rules, figures: Figures, kind: str) -> Iterator[Item]:
    """Return whether parcels were later, or sooner, than in the weeks before, beyond chance."""
    rule, parcels = rules.find(kind, "late_shipments"), figures.parcels
    if rule is None or not parcels["count"] or not parcels["count_before"]:
        return
    share = parcels["late"] / parcels["count"]
    usual = parcels["late_before"] / parcels["count_before"]
    # Four standard deviations of a share among as many parcels.
    chance = 4 * (max(usual * (1 - usual), 1 / parcels["count"]) / parcels["count"]) ** 0.5
    worse = share - usual if kind == "laundry" else usual - share
    if worse > max(rule.threshold, chance):
        yield Item(
            rule.told(
                words(
                    count=f"{parcels['late']:,}",
                    of=f"{parcels['count']:,}",
                    share=percent(share),
                    usual=percent(usual),
                )
            ),
            rule.action,
            rule.owner,
        )


def model_items(rules: Rules, figures: Figures) -> Iterator[Item]:
    """Return the models that came to less than their backtests promised."""
    rule = rules.find("laundry", "model_decay")
    for row in figures.decay if rule else ():
        if rule and row["auc_fall"] > rule.threshold:
            where = f"{row['model_name']} over {row['horizon_week_count']} weeks"
            yield Item(
                rule.told(
                    words(
                        where=where,
                        amount=f"{row['auc_fall']:.3f}",
                        count=f"{row['customer_count']:,}",
                    )
                ),
                rule.action,
                rule.owner,
            )


def state_items(reading: Reading, rules: Rules) -> Iterator[Item]:
    """Return the feeds that are late now, and the tests that fail now."""
    try:
        feeds = feed_status(reading.warehouse, reading.contracts)
    except OnemartError:
        # A wrong contract is told where feeds are; the bulletin goes on without them.
        feeds = []
    late = sorted(feed.contract.id for feed in feeds if feed.state == "late")
    yield from _counted(rules, "late_feeds", len(late), late)
    problems = reading.results.problems if reading.results else {}
    tests = sorted(name.split(".")[2] for name, one in problems.items() if one["kind"] == "test")
    yield from _counted(rules, "failed_tests", len(tests), tests)


def _counted(rules: Rules, subject: str, count: int, where: Iterable[str]) -> Iterator[Item]:
    rule = rules.find("laundry", subject)
    if rule and count >= max(rule.threshold, 1):
        places = listed(shortened(place, 60) for place in where)
        told = rule.told(words(count=f"{count:,}", where=places))
        yield Item(told, rule.action, rule.owner)
