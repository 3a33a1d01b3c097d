"""Audit: what is wrong with a staged delivery, line by line and as a whole."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb

from onemart.feeds.delivery import Delivery
from onemart.feeds.rules import Rule, unexpected_lines
from onemart.feeds.sql import literal, name
from onemart.feeds.staging import Staged
from onemart.feeds.tables import raw_name
from onemart.feeds.warehouse import Warehouse, now

if TYPE_CHECKING:
    from onemart.feeds.gx import GreatExpectations, Verdict

__all__ = ["Audit", "audit_lines", "audit_table"]

_REASONS_SHOWN = 3
_WITH_VALUE = re.compile(r"(Conversion Error|Invalid Input Error|Out of Range Error):[^\n]*")


@dataclass
class Audit:
    """What the audit found.

    Attributes
    ----------
    rejection : tuple of (str, str) or None
        Code and reason, if the file as a whole is refused.
    results : list of dict
        Rows for `ops.validation_results`.
    document : str
        Great Expectations' own result, JSON.
    """

    rejection: tuple[str, str] | None = None
    warnings: list[str] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    document: str = ""

    def reject(self, code: str, reason: str) -> None:
        """Refuse the file; the first reason stands."""
        self.rejection = self.rejection or (code, reason)


def audit_lines(
    warehouse: Warehouse,
    delivery: Delivery,
    gx: Callable[[], "GreatExpectations"],
    *,
    whole_file: bool = True,
) -> Audit:
    """Find the bad lines: out of form, of another period, of a key that is taken, against a rule.

    The lines go to the delivery's table of bad lines, with the reason. Lines that come again from
    quarantine are no whole file: rules about files do not apply, and the lines of their file that
    were accepted then have taken their keys.
    """
    audit = Audit()
    _record_form(warehouse, delivery, audit)
    _check_period(warehouse, delivery, audit)
    rules = _bounded(warehouse, delivery)
    if not whole_file:
        rules = [rule for rule in rules if rule.is_about_lines]
    verdicts: list[Verdict] = []
    if rules:
        verdicts, audit.document = gx().judge(f"d_{delivery.id}", rules)
    for verdict in verdicts:
        _apply(warehouse, delivery, verdict, audit)
    # Last, so that a line which is bad for another reason takes no key from a good one.
    _check_key(warehouse, delivery, audit, whole_file=whole_file)
    return audit


def audit_table(warehouse: Warehouse, delivery: Delivery, staged: Staged, audit: Audit) -> None:
    """Refuse a file with too large a share of bad lines, and an empty snapshot."""
    bad = warehouse.value(f"select count(distinct _line) from {delivery.bad}")
    limit = delivery.contract.deliveries.max_bad_share
    if staged.records and bad / staged.records > limit:
        audit.reject(
            "too_many_bad_lines",
            f"{delivery.file_name}: {bad:,} of {staged.records:,} lines are bad,"
            f" {bad / staged.records:.1%}; the contract allows {limit:.0%}."
            f" {_most_frequent(warehouse, delivery)}"
            " Ask for a repaired file, or repair the contract and land the file again.",
        )
    if delivery.contract.deliveries.relation == "fullSnapshot" and staged.records == 0:
        audit.reject(
            "empty_snapshot",
            f"{delivery.file_name} has a header and no rows; as a full snapshot it would delete"
            " everything. Ask whether the export failed.",
        )


def _most_frequent(warehouse: Warehouse, delivery: Delivery) -> str:
    reasons = warehouse.rows(
        f"select reason, count(*), min(_line) from {delivery.bad}"
        f" group by reason order by count(*) desc, reason limit {_REASONS_SHOWN}"
    )
    return " ".join(
        f"{reason} ({count:,} lines, the first is line {line})." for reason, count, line in reasons
    )


def _result(audit: Audit, what: str, unexpected: int, contract_line: int | None = None) -> None:
    audit.results.append(
        {
            "rule": what,
            "expectation": what.replace(" ", "_"),
            "contract_line": contract_line,
            "severity": "error",
            "success": unexpected == 0,
            "unexpected_count": unexpected,
            "observed": None,
            "checked_by": "gate",
        }
    )


def _record_form(warehouse: Warehouse, delivery: Delivery, audit: Audit) -> None:
    bad = warehouse.value(f"select count(*) from {delivery.lines} where not _is_readable")
    _result(audit, "fields have their lexical form", bad)


def _insert_bad(warehouse: Warehouse, delivery: Delivery, query: str) -> int:
    return int(warehouse.value(f"insert into {delivery.bad} {query}"))


def _check_period(warehouse: Warehouse, delivery: Delivery, audit: Audit) -> None:
    """Keep a stray line of another period from replacing all of that period."""
    column = delivery.contract.deliveries.period_column
    if column is None:
        return
    value = f"cast({name(column)} as varchar)"
    if delivery.period is None:
        reason = f"column {column} is empty, so the line is of no period"
        empty = f"select _line, {literal(reason)}, null from {delivery.readable}"
        bad = _insert_bad(warehouse, delivery, f"{empty} where {value} is null")
        _result(audit, "lines have a period", bad)
        return
    reason = f"column {column} is of another period than the file, {delivery.period}"
    bad = _insert_bad(
        warehouse,
        delivery,
        f"select _line, {literal(reason)}, {value} from {delivery.readable}"
        f" where {value} <> {literal(delivery.period)}",
    )
    _result(audit, "lines are of the file's period", bad)


def _check_key(warehouse: Warehouse, delivery: Delivery, audit: Audit, *, whole_file: bool) -> None:
    contract = delivery.contract
    if not contract.key:
        return
    keys = ", ".join(name(column) for column in contract.key)
    told = ", ".join(contract.key)
    given = " and ".join(f"{name(column)} is not null" for column in contract.key)
    bad = 0
    # Most files have no duplicate; counting the hashes of the keys shows it cheaply.
    suspicious = warehouse.value(
        f"select count(*) > count(distinct hash({keys})) from {delivery.readable}"
    )
    if suspicious:
        kept = {"keepFirst": "min(_line)", "keepLast": "max(_line)", "keepNone": "null"}
        winner = kept[contract.deliveries.duplicates]
        bad += _insert_bad(
            warehouse,
            delivery,
            f"""
            select
                _line,
                {literal(f"the key ({told}) is in the file more than once")},
                coalesce('line ' || _winner || ' counts', 'none of ' || _count || ' lines counts')
            from {_good_lines(delivery)} as lines
            inner join (
                select {keys}, {winner} as _winner, count(*) as _count
                from {_good_lines(delivery)} where {given} group by {keys} having count(*) > 1
            ) as groups using ({keys})
            where _winner is null or _line <> _winner
            """,
        )
    if contract.deliveries.relation == "append":
        bad += _check_earlier(warehouse, delivery, "true")
    elif not whole_file:
        bad += _check_earlier(warehouse, delivery, f"_delivery_id = {literal(delivery.id)}")
    _result(audit, f"the key ({told}) is unique", bad)


def _good_lines(delivery: Delivery) -> str:
    return f"(select * from {delivery.readable} anti join {delivery.bad} using (_line))"


def _check_earlier(warehouse: Warehouse, delivery: Delivery, where: str) -> int:
    keys = ", ".join(name(column) for column in delivery.contract.key)
    told = ", ".join(delivery.contract.key)
    return _insert_bad(
        warehouse,
        delivery,
        f"""
        select
            lines._line,
            {literal(f"the key ({told}) was delivered before")},
            'line ' || earlier._line || ' of delivery ' || earlier._delivery_id
        from {_good_lines(delivery)} as lines
        inner join (
            select {keys}, min(_line) as _line, min(_delivery_id) as _delivery_id
            from (select * from {raw_name(delivery.contract)} where {where})
            semi join {_good_lines(delivery)} using ({keys})
            group by {keys}
        ) as earlier using ({keys})
        """,
    )


def _apply(warehouse: Warehouse, delivery: Delivery, verdict: "Verdict", audit: Audit) -> None:
    rule, contract = verdict.rule, delivery.contract
    personal = {column.name for column in contract.columns if column.classification == "pii"}
    if rule.kwargs.get("column") in personal and verdict.observed:
        verdict = replace(verdict, observed="not shown, as it is personal")
    audit.results.append(
        {
            "rule": rule.name,
            "expectation": rule.type,
            "contract_line": rule.line,
            "severity": rule.severity,
            "success": verdict.success,
            "unexpected_count": verdict.unexpected,
            "observed": verdict.observed or None,
            "checked_by": "great_expectations",
        }
    )
    if verdict.error:
        _reject_rule(delivery, rule, verdict.error, audit)
    elif verdict.success:
        return
    elif not rule.is_about_lines:
        told = f"{rule.name}: {verdict.observed} ({contract.where(rule.line)}, {_bounds(rule)})"
        if rule.severity == "error":
            audit.reject(
                "table_rule",
                f"{delivery.file_name} breaks a rule about files as a whole. {told}."
                " Ask whether it is whole.",
            )
        else:
            audit.warnings.append(told)
    elif rule.severity == "warning":
        audit.warnings.append(
            f"{rule.name}: {verdict.unexpected:,} lines ({contract.where(rule.line)})"
        )
    else:
        _quarantine_unexpected(warehouse, delivery, verdict, audit)


def _reject_rule(delivery: Delivery, rule: Rule, error: str, audit: Audit) -> None:
    error = _WITH_VALUE.sub(r"\1: a value does not fit (not shown, it may be personal)", error)
    audit.reject(
        "rule_cannot_execute",
        f"{delivery.file_name}: the rule '{rule.name}' of {delivery.contract.where(rule.line)}"
        f" cannot be executed: {error.splitlines()[0]}. Repair the rule and land the file again.",
    )


def _quarantine_unexpected(
    warehouse: Warehouse, delivery: Delivery, verdict: "Verdict", audit: Audit
) -> None:
    rule = verdict.rule
    condition = unexpected_lines(rule, delivery.readable)
    reason = f"rule '{rule.name}' ({delivery.contract.where(rule.line)})"
    column = rule.kwargs.get("column")
    shown = f"left(cast({name(column)} as varchar), 60)" if column else "null"
    try:
        selected = _insert_bad(
            warehouse,
            delivery,
            f"select _line, {literal(reason)}, {shown} from {delivery.readable} where {condition}",
        )
    except duckdb.Error as error:
        _reject_rule(delivery, rule, str(error), audit)
        return
    if selected != verdict.unexpected:
        audit.reject(
            "verdict_mismatch",
            f"Great Expectations counts {verdict.unexpected} lines against {reason}, the gate finds"
            f" {selected}. Nothing was accepted; please report this with the contract.",
        )


def _bounds(rule: Rule) -> str:
    bounds = [
        f"{word} {rule.kwargs[key]}"
        for key, word in (("min_value", "at least"), ("max_value", "at most"))
        if rule.kwargs.get(key) is not None
    ]
    return ", ".join(bounds) or "see the contract"


def _bounded(warehouse: Warehouse, delivery: Delivery) -> list[Rule]:
    """Fill in the bounds that follow from earlier deliveries or from the clock."""
    rules = []
    has_rows = bool(warehouse.rows(f"select 1 from {delivery.readable} limit 1"))
    for rule in delivery.contract.rules:
        if not (has_rows or rule.is_about_lines or "column" not in rule.kwargs):
            continue  # no rows have no sum and no youngest date, and break no rule by that
        if rule.history.get("maxAgeDays") is not None:
            oldest = now() - timedelta(days=float(rule.history["maxAgeDays"]))
            kwargs = {**rule.kwargs, "min_value": f"{oldest:%Y-%m-%d %H:%M:%S}"}
            rules.append(replace(rule, kwargs=kwargs))
        elif "sameWeekday" in rule.history:
            bounds = _usual_rows(warehouse, delivery, rule)
            if bounds:
                low, high = bounds
                kwargs = {**rule.kwargs, "min_value": low, "max_value": high}
                rules.append(replace(rule, kwargs=kwargs))
        else:
            rules.append(rule)
    return rules


def _usual_rows(warehouse: Warehouse, delivery: Delivery, rule: Rule) -> tuple[int, int] | None:
    """Return bounds around the median of earlier deliveries, of the same weekday if so asked.

    A delivery's weekday is that of its last event, or of its arrival where rows are no events.
    """
    contract = delivery.contract
    weekday = "true"
    if rule.history["sameWeekday"]:
        day = f"cast({literal(now())} as date)"
        if contract.event_date:
            last = f"max({name(contract.event_date.name)})"
            day = f"(select cast({last} as date) from {delivery.readable})"
        weekday = f"dayofweek(coalesce(last_day, cast(finished_at as date))) = dayofweek({day})"
    earlier = warehouse.rows(
        f"""
        select records_delivered from ops.delivery_log
        where source = ? and feed = ? and kind = 'file' and status = 'accepted' and {weekday}
        order by published_seq desc limit ?
        """,
        [contract.source, contract.feed, int(rule.history.get("deliveries", 8))],
    )
    if len(earlier) < int(rule.history.get("atLeast", 3)):
        return None
    counts = sorted(count for (count,) in earlier)
    median = counts[len(counts) // 2]
    low = float(rule.history.get("lowest", 0.5)) * median
    high = float(rule.history.get("highest", 2.0)) * median
    return int(low), int(high) + 1
