"""How punctual, complete, valid and corrected the deliveries of each vendor are."""

from typing import Any

from onemart.portal.page import Page
from onemart.portal.reading import Reading

__all__ = ["RATES", "passed_rates", "scorecard_page", "scores_by_feed"]

RATES = {
    "punctual": "accepted files that were in time, among those that were expected by a time",
    "complete": "files that were accepted and kept every rule about the file as a whole",
    "valid": "records that were accepted at once",
    "corrected": "records put right since, among those that were bad",
}
_LAST_MONTHS = 12

Feed = tuple[str, str]


def scores_by_feed(reading: Reading) -> dict[Feed, list[dict[str, Any]]]:
    """Return the last months of each feed in which files arrived, the latest first."""
    rates = ", ".join(f"{rate}_rate" for rate in RATES)
    rows = reading.dicts(
        f"""
        select
            source_name, feed_name, month_start_date, owner_name, delivery_count,
            delivered_record_count, bad_record_count, open_record_count, {rates}
        from (
            select
                *,
                row_number() over (
                    partition by source_name, feed_name order by month_start_date desc
                ) as place
            from {reading.mart("rpt_vendor_scorecard")}
        ) as scores
        where place <= {_LAST_MONTHS}
        order by source_name, feed_name, month_start_date desc
        """
    )
    by_feed: dict[Feed, list[dict[str, Any]]] = {}
    for row in rows:
        by_feed.setdefault((row["source_name"], row["feed_name"]), []).append(row)
    return by_feed


def passed_rates(reading: Reading) -> dict[tuple[str, str, str, str], tuple[float, int]]:
    """Return the share of files that kept a rule, and of how many.

    The keys are source, feed, rule and expectation.
    """
    rows = reading.dicts(
        "select source_name, feed_name, rule_name, expectation_name, passed_rate,"
        f" checked_delivery_count from {reading.mart('rpt_rule_results')}"
    )
    return {
        (row["source_name"], row["feed_name"], row["rule_name"], row["expectation_name"]): (
            float(row["passed_rate"]),
            int(row["checked_delivery_count"]),
        )
        for row in rows
    }


def scorecard_page(scores: dict[Feed, list[dict[str, Any]]], owner: str) -> Page:
    """Return the page that compares vendors, by the last month in which each delivered."""
    return Page(
        path="feeds/scorecard.html",
        title="Vendor scorecard",
        template="feeds/scorecard.html",
        styles=("feeds.css",),
        summary="How punctual, complete, valid and corrected the deliveries of each vendor are.",
        owner=owner,
        words="vendors sources punctual complete valid corrected late quality",
        reads=("rpt_vendor_scorecard",),
        values={"last": [months[0] for months in scores.values()], "rates": RATES},
    )
