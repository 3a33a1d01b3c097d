"""What Great Expectations and the gate said of each rule, delivery by delivery."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from onemart.feeds.contract import Contract
from onemart.portal.feeds.gx_results import is_figure
from onemart.portal.feeds.scorecard import passed_rates
from onemart.portal.feeds.words import in_words
from onemart.portal.reading import Reading

__all__ = ["LAST_DELIVERIES", "RuleHistory", "Verdict", "verdicts_by_feed"]

LAST_DELIVERIES = 30
"""Files of a feed, the last ones, whose verdicts are shown one by one."""


@dataclass(frozen=True)
class Verdict:
    """What a file did to a rule.

    Attributes
    ----------
    file_name : str
        The file.
    is_passed : bool
        Whether it kept the rule.
    told : str
        The lines against it, or the figure that was looked at.
    """

    file_name: str
    is_passed: bool
    told: str


@dataclass
class RuleHistory:
    """A rule of a feed and the last files that were checked against it, the oldest first.

    Attributes
    ----------
    name, words : str
        The rule's name, and what it asks for.
    expectation, checked_by, severity : str
        Its type, who checked it, and whether it only counts.
    is_current : bool
        Whether the contract still has it.
    passed_rate, checked_files : float, int
        Share of all files ever checked that kept it, and how many those are.
    """

    name: str
    words: str
    expectation: str
    checked_by: str
    severity: str
    is_current: bool
    passed_rate: float
    checked_files: int
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def last(self) -> Verdict:
        """The verdict on the last file that was checked."""
        return self.verdicts[-1]


def verdicts_by_feed(reading: Reading) -> dict[tuple[str, str], list[RuleHistory]]:
    """Return the rules of each feed with their last verdicts, in the order of the contract."""
    log = reading.warehouse.table("ops", "delivery_log")
    results = reading.warehouse.table("ops", "validation_results")
    rows = reading.dicts(
        f"""
        with files as (
            select
                delivery_id, published_seq, file_name,
                row_number() over (partition by source, feed order by published_seq desc) as place
            from {log}
            where kind = 'file' and status in ('accepted', 'rejected')
        )
        select
            results.source, results.feed, results.rule, results.expectation, results.contract_line,
            results.severity, results.checked_by, results.success, results.unexpected_count,
            results.observed, files.file_name, files.published_seq
        from {results} as results
        inner join files on results.delivery_id = files.delivery_id
        where files.place <= {LAST_DELIVERIES}
        order by
            results.source, results.feed, files.published_seq,
            results.contract_line, results.rule, results.expectation
        """
    )
    passed = passed_rates(reading)
    contracts = {(told.source, told.feed): told for told in reading.contracts}
    by_feed: dict[tuple[str, str], dict[tuple[str, str], RuleHistory]] = defaultdict(dict)
    for row in rows:
        feed = (row["source"], row["feed"])
        rule = (row["rule"], row["expectation"])
        history = by_feed[feed].setdefault(
            rule, _history(row, contracts.get(feed), *passed.get((*feed, *rule), (0.0, 0)))
        )
        history.verdicts.append(_verdict(row))
    return {feed: _in_order(rules, contracts.get(feed)) for feed, rules in by_feed.items()}


def _history(
    row: dict[str, Any], contract: Contract | None, passed_rate: float, checked_files: int
) -> RuleHistory:
    rules = contract.rules if contract else ()
    known = [rule for rule in rules if (rule.name, rule.type) == (row["rule"], row["expectation"])]
    by_gate = row["checked_by"] == "gate"
    return RuleHistory(
        name=row["rule"],
        words=in_words(known[0]) if known else row["rule"],
        expectation=row["expectation"],
        checked_by="the gate" if by_gate else "Great Expectations",
        severity=row["severity"],
        is_current=by_gate or bool(known),
        passed_rate=passed_rate,
        checked_files=checked_files,
    )


def _verdict(row: dict[str, Any]) -> Verdict:
    if row["unexpected_count"] is not None:
        count = int(row["unexpected_count"])
        told = (
            f"{count:,} line{'' if count == 1 else 's'} against it"
            if count
            else "no line against it"
        )
    else:
        # What is no figure may be a value of the file.
        told = row["observed"] if is_figure(row["observed"]) else "not shown"
    return Verdict(row["file_name"], bool(row["success"]), told)


def _in_order(
    rules: dict[tuple[str, str], RuleHistory], contract: Contract | None
) -> list[RuleHistory]:
    wanted = [(rule.name, rule.type) for rule in contract.rules] if contract else []
    places = {rule: place for place, rule in enumerate(wanted)}
    return [
        rules[key] for key in sorted(rules, key=lambda key: (places.get(key, len(places)), key))
    ]
