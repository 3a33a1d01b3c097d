"""The last verdict of Great Expectations on each feed, as its own site wants to have it."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onemart.feeds.contract import Contract
from onemart.feeds.rules import COMPARED_AS, LINE_RULES, Rule
from onemart.portal.reading import Reading

__all__ = ["GX_FOLDER", "Checked", "Validation", "is_figure", "last_validations"]

GX_FOLDER = "feeds/great_expectations"
"""Where its own site stands in the portal."""

_FIGURE = re.compile(r"-?[0-9][0-9.:,eE+ T-]*")
_SQL = "unexpected_rows_expectation"


def is_figure(observed: str | None) -> bool:
    """Tell whether what a rule observed is a number, a day or a time, and no text of a file."""
    return bool(observed and _FIGURE.fullmatch(observed))


@dataclass(frozen=True)
class Checked:
    """An expectation with its result.

    Attributes
    ----------
    type, kwargs, name : str, dict, str
        The expectation as the contract states it, with the bounds that it was checked by.
    is_passed : bool
        The verdict.
    result : dict
        Counts, or the figure that was observed.
    """

    type: str
    kwargs: dict[str, Any]
    name: str
    is_passed: bool
    result: dict[str, Any]


@dataclass(frozen=True)
class Validation:
    """What the last checked file of a feed came to.

    Attributes
    ----------
    feed : str
        Source and feed, as the feed's tables are named.
    delivery : str
        Id of the file's delivery.
    at : datetime.datetime
        UTC, when it was through the gate.
    checks : list of Checked
        In the order of the contract.
    """

    feed: str
    delivery: str
    at: datetime
    checks: list[Checked]


def last_validations(reading: Reading) -> list[Validation]:
    """Return the last validation of each feed that Great Expectations has seen."""
    table = reading.warehouse.table
    rows = reading.dicts(
        f"""
        with checked as (
            select
                log.source, log.feed, log.delivery_id, log.finished_at, log.records_delivered,
                documents.document,
                row_number() over (
                    partition by log.source, log.feed order by log.published_seq desc
                ) as place
            from {table("ops", "delivery_log")} as log
            inner join {table("ops", "validation_documents")} as documents
                on log.delivery_id = documents.delivery_id
            where log.kind = 'file'
        )
        select
            checked.source, checked.feed, checked.delivery_id, checked.finished_at,
            checked.records_delivered, checked.document, results.rule, results.expectation,
            results.success, results.unexpected_count, results.observed
        from checked
        inner join {table("ops", "validation_results")} as results
            on checked.delivery_id = results.delivery_id
        where checked.place = 1 and results.checked_by = 'great_expectations'
        order by checked.source, checked.feed, results.contract_line, results.rule
        """
    )
    by_feed: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_feed[row["source"], row["feed"]].append(row)
    contracts = {(told.source, told.feed): told for told in reading.contracts}
    return [
        _validation(told, contracts[feed]) for feed, told in by_feed.items() if feed in contracts
    ]


def _validation(rows: Sequence[dict[str, Any]], contract: Contract) -> Validation:
    document = json.loads(rows[0]["document"])
    configs = [part["expectation_config"] for part in document["results"]]
    by_name = {config["meta"].get("name"): config for config in configs}
    rules = {(rule.name, rule.type): rule for rule in contract.rules}
    return Validation(
        contract.table,
        rows[0]["delivery_id"],
        rows[0]["finished_at"],
        [
            _checked(row, rules.get((row["rule"], row["expectation"])), by_name.get(row["rule"]))
            for row in rows
        ],
    )


def _checked(row: dict[str, Any], rule: Rule | None, config: dict[str, Any] | None) -> Checked:
    kwargs = dict(rule.kwargs) if rule else {}
    if config and config["type"] == row["expectation"]:
        # As it was asked: bounds may come from earlier deliveries, or the contract has changed.
        kwargs |= config["kwargs"]
    for own in (COMPARED_AS, "batch_id", "ignore_row_if"):
        kwargs.pop(own, None)
    records, unexpected = int(row["records_delivered"]), row["unexpected_count"]
    result: dict[str, Any]
    if row["expectation"] == _SQL:
        result = {"observed_value": f"{int(unexpected or 0):,} unexpected rows"}
    elif row["expectation"] in LINE_RULES:
        count = int(unexpected or 0)
        result = {
            "element_count": records,
            "unexpected_count": count,
            "unexpected_percent": 100 * count / records if records else 0.0,
        }
    else:
        result = {"observed_value": row["observed"] if is_figure(row["observed"]) else "not shown"}
    return Checked(row["expectation"], kwargs, row["rule"], bool(row["success"]), result)
