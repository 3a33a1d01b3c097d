"""The feeds: their contracts, deliveries, checks and quarantine."""

from collections.abc import Iterable
from typing import Any

from onemart.feeds.contract import Contract
from onemart.feeds.status import FeedStatus, feed_status
from onemart.portal.feeds.gx_results import GX_FOLDER, last_validations
from onemart.portal.feeds.history import HEIGHT, WIDTH, Point, bars, points_by_feed
from onemart.portal.feeds.quarantined import LONGEST_MASKED, quarantine_by_reason
from onemart.portal.feeds.scorecard import scorecard_page, scores_by_feed
from onemart.portal.feeds.verdicts import LAST_DELIVERIES, RuleHistory, verdicts_by_feed
from onemart.portal.feeds.words import in_words, rejection, relation, schedule
from onemart.portal.page import Asset, Page
from onemart.portal.reading import Reading

__all__ = ["pages"]

_OWNER = "data-platform"
_LAST_REFUSALS = 10


def pages(reading: Reading) -> Iterable[Page | Asset]:
    """Return the overview of the feeds, and a page for each of them."""
    statuses = feed_status(reading.warehouse, reading.contracts)
    points = points_by_feed(reading)
    rules = verdicts_by_feed(reading)
    scores = scores_by_feed(reading)
    standard = _standard_site(reading)
    yield _overview(statuses, points, rules, has_standard_site=bool(standard))
    yield scorecard_page(scores, _OWNER)
    for status in statuses:
        feed = (status.contract.source, status.contract.feed)
        of_gx = f"/validations/{status.contract.table}/"
        values = {
            "points": points.get(feed, []),
            "bars": bars(points.get(feed, [])),
            "rules": rules.get(feed, []),
            "scores": scores.get(feed, []),
            "standard_page": next((asset.path for asset in standard if of_gx in asset.path), ""),
        }
        yield _page(reading, status, values)
    yield from standard


def _standard_site(reading: Reading) -> list[Asset]:
    """Return the pages that Great Expectations itself makes of its last verdicts."""
    validations = last_validations(reading)
    if not validations:
        return []
    from onemart.portal.feeds.gx_site import gx_site  # noqa: PLC0415  (takes seconds)

    return list(gx_site(validations))


def _path(contract: Contract) -> str:
    return f"feeds/{contract.source}/{contract.feed}.html"


def _overview(
    statuses: list[FeedStatus],
    points: dict[tuple[str, str], list[Point]],
    rules: dict[tuple[str, str], list[RuleHistory]],
    *,
    has_standard_site: bool,
) -> Page:
    rows: list[dict[str, Any]] = []
    for status in sorted(statuses, key=lambda one: one.contract.id):
        contract = status.contract
        feed = (contract.source, contract.feed)
        came = points.get(feed, [])
        broken = sum(not rule.last.is_passed for rule in rules.get(feed, []) if rule.is_current)
        rows.append(
            {
                "id": contract.id,
                "path": _path(contract),
                "owner": contract.owner,
                "status": status,
                "files": sum(point.files for point in came),
                "delivered": sum(point.delivered for point in came),
                "broken": broken,
            }
        )
    delivered = [row for row in rows if row["files"]]
    return Page(
        path="feeds/index.html",
        title="Feeds",
        template="feeds/overview.html",
        styles=("feeds.css",),
        summary="What vendors deliver: how each feed stands, and who answers for it.",
        owner=_OWNER,
        words="feeds vendors contracts schedule freshness quarantine expectations data docs",
        values={
            "delivered": delivered,
            "silent": [row for row in rows if not row["files"]],
            "standard_site": f"{GX_FOLDER}/index.html" if has_standard_site else "",
        },
    )


def _page(reading: Reading, status: FeedStatus, values: dict[str, Any]) -> Page:
    contract = status.contract
    has_bad = any(point.quarantined for point in values["points"])
    return Page(
        path=_path(contract),
        title=contract.id,
        template="feeds/feed.html",
        styles=("feeds.css",),
        summary=contract.description,
        owner=contract.owner,
        words=" ".join(["feed", contract.source, *(column.name for column in contract.columns)]),
        part_of="feeds/index.html",
        reads=("rpt_rule_results", "rpt_vendor_scorecard"),
        values={
            "contract": contract,
            "status": status,
            "facts": _facts(contract, status),
            "rules_in_words": [(rule, in_words(rule)) for rule in contract.rules],
            **values,
            "size": (WIDTH, HEIGHT),
            "last_deliveries": LAST_DELIVERIES,
            "reasons": quarantine_by_reason(reading, contract) if has_bad else [],
            "longest_masked": LONGEST_MASKED,
            "refusals": _refusals(reading, contract),
        },
    )


def _facts(contract: Contract, status: FeedStatus) -> list[tuple[str, str]]:
    told = contract.deliveries
    facts = [
        ("Owner", contract.owner),
        ("Contract", f"{contract.where(1).removesuffix(':1')}, version {contract.version}"),
        ("Schedule", schedule(contract.schedule)),
        ("Deliveries", relation(contract)),
        ("Key", ", ".join(contract.key) or "none; file and line are the identity"),
        ("Format", f"{contract.format}, {contract.encoding}"),
        ("Bad lines allowed", f"{told.max_bad_share:.0%} of a file; with more it is rejected"),
        ("Lines in quarantine", f"{status.open_lines:,} wait"),
    ]
    if told.file_name:
        facts.append(("File names", told.file_name.pattern))
    if told.control_total:
        facts.append(("Control total", " ".join(told.control_total.split())))
    return facts


def _refusals(reading: Reading, contract: Contract) -> list[dict[str, Any]]:
    """Return the last files that were rejected or skipped, with what that means."""
    rows = reading.dicts(
        "select file_name, status, reason_code, finished_at, records_delivered"
        f" from {reading.warehouse.table('ops', 'delivery_log')}"
        " where source = ? and feed = ? and kind = 'file' and status <> 'accepted'"
        f" order by published_seq desc limit {_LAST_REFUSALS}",
        [contract.source, contract.feed],
    )
    return [{**row, "meaning": rejection(row["reason_code"])} for row in rows]
