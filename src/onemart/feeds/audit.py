"""Audit: what is wrong with a staged delivery, line by line and as a whole."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from onemart.clock import now
from onemart.feeds.delivery import Delivery, Staged
from onemart.feeds.rules import Rule, unexpected_lines
from onemart.feeds.tables import raw_name
from onemart.feeds.typed_lines import BAD_COLUMNS, LONGEST_SHOWN
from onemart.warehouse.base import Warehouse

if TYPE_CHECKING:
    from onemart.feeds.gx import GreatExpectations, Verdict

__all__ = ["Audit", "audit_lines", "audit_table"]

_REASONS_SHOWN = 3


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
        verdicts, audit.document = gx().judge(delivery.readable_table, rules)
    for verdict in verdicts:
        _apply(warehouse, delivery, verdict, audit)
    # Last, so that a line which is bad for another reason takes no key from a good one.
    _check_key(warehouse, delivery, audit, whole_file=whole_file)
    return audit


def audit_table(warehouse: Warehouse, delivery: Delivery, staged: Staged, audit: Audit) -> None:
    """Refuse a file with too large a share of bad lines, and an empty snapshot."""
    bad = warehouse.value(f"select count(distinct _line) as bad from {delivery.bad(warehouse)}")
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
        f"select reason, count(*) as bad, min(_line) as first from {delivery.bad(warehouse)}"
        f" group by reason order by bad desc, reason limit {_REASONS_SHOWN}"
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
    bad = warehouse.value(
        f"select count(*) as bad from {delivery.lines(warehouse)} where not _is_readable"
    )
    _result(audit, "fields have their lexical form", bad)


def _insert_bad(warehouse: Warehouse, delivery: Delivery, query: str) -> int:
    return warehouse.append(delivery.bad(warehouse), list(BAD_COLUMNS), query)


def _check_period(warehouse: Warehouse, delivery: Delivery, audit: Audit) -> None:
    """Keep a stray line of another period from replacing all of that period."""
    column = delivery.contract.deliveries.period_column
    if column is None:
        return
    dialect, readable = warehouse.dialect, delivery.readable(warehouse)
    value = f"cast({dialect.name(column)} as {dialect.type('varchar')})"
    if delivery.period is None:
        reason = f"column {column} is empty, so the line is of no period"
        shown = dialect.value(None, "varchar")
        empty = f"select _line, {dialect.literal(reason)}, {shown} from {readable}"
        bad = _insert_bad(warehouse, delivery, f"{empty} where {value} is null")
        _result(audit, "lines have a period", bad)
        return
    reason = f"column {column} is of another period than the file, {delivery.period}"
    bad = _insert_bad(
        warehouse,
        delivery,
        f"select _line, {dialect.literal(reason)}, {value} from {readable}"
        f" where {value} <> {dialect.literal(delivery.period)}",
    )
    _result(audit, "lines are of the file's period", bad)


def _check_key(warehouse: Warehouse, delivery: Delivery, audit: Audit, *, whole_file: bool) -> None:
    contract, dialect = delivery.contract, warehouse.dialect
    if not contract.key:
        return
    told = ", ".join(contract.key)
    bad = 0
    # Most files have no duplicate; counting the hashes of the keys shows it cheaply.
    suspicious = warehouse.value(
        f"select count(*) - count(distinct {dialect.row_hash(contract.key)}) as twice"
        f" from {delivery.readable(warehouse)}"
    )
    if suspicious:
        bad += _insert_bad(warehouse, delivery, _repeated_keys(warehouse, delivery))
    this = f"_delivery_id = {dialect.literal(delivery.id)}"
    # What a broken-off attempt left of these very lines is replaced, and takes no key.
    left = f"{this} and _line in (select _line from {delivery.lines(warehouse)})"
    if contract.deliveries.relation == "append":
        bad += _insert_bad(warehouse, delivery, _taken_keys(warehouse, delivery, f"not ({left})"))
    elif not whole_file:
        earlier = f"{this} and not ({left})"
        bad += _insert_bad(warehouse, delivery, _taken_keys(warehouse, delivery, earlier))
    _result(audit, f"the key ({told}) is unique", bad)


def _same_key(warehouse: Warehouse, delivery: Delivery, one: str, other: str) -> str:
    return " and ".join(
        f"{one}.{column} = {other}.{column}"
        for column in map(warehouse.dialect.name, delivery.contract.key)
    )


def _repeated_keys(warehouse: Warehouse, delivery: Delivery) -> str:
    """Select the good lines whose key another line of the file has, but for the one that counts."""
    contract, dialect = delivery.contract, warehouse.dialect
    keys = ", ".join(map(dialect.name, contract.key))
    given = " and ".join(f"{dialect.name(column)} is not null" for column in contract.key)
    kept = {
        "keepFirst": "min(_line)",
        "keepLast": "max(_line)",
        "keepNone": dialect.value(None, "bigint"),
    }
    winner = kept[contract.deliveries.duplicates]
    reason = f"the key ({', '.join(contract.key)}) is in the file more than once"
    text = dialect.type("varchar")
    return f"""
        select
            lines._line,
            {dialect.literal(reason)},
            coalesce(
                'line ' || cast(repeated._winner as {text}) || ' counts',
                'none of ' || cast(repeated._count as {text}) || ' lines counts'
            )
        from {delivery.good(warehouse)} as lines
        inner join (
            select {keys}, {winner} as _winner, count(*) as _count
            from {delivery.good(warehouse)} as lines
            where {given} group by {keys} having count(*) > 1
        ) as repeated on {_same_key(warehouse, delivery, "lines", "repeated")}
        where repeated._winner is null or lines._line <> repeated._winner
    """


def _taken_keys(warehouse: Warehouse, delivery: Delivery, where: str) -> str:
    """Select the good lines whose key is in raw; the lines with a key are one a key by now."""
    reason = f"the key ({', '.join(delivery.contract.key)}) was delivered before"
    return f"""
        select
            lines._line,
            {warehouse.dialect.literal(reason)},
            'line ' || cast(min(earlier._line) as {warehouse.dialect.type("varchar")})
                || ' of delivery ' || min(earlier._delivery_id)
        from {delivery.good(warehouse)} as lines
        inner join (
            select * from {raw_name(warehouse, delivery.contract)} where {where}
        ) as earlier on {_same_key(warehouse, delivery, "lines", "earlier")}
        group by lines._line
    """


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
        _reject_rule(delivery, rule, warehouse.without_values(verdict.error), audit)
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
    audit.reject(
        "rule_cannot_execute",
        f"{delivery.file_name}: the rule '{rule.name}' of {delivery.contract.where(rule.line)}"
        f" cannot be executed: {error}. Repair the rule and land the file again.",
    )


def _quarantine_unexpected(
    warehouse: Warehouse, delivery: Delivery, verdict: "Verdict", audit: Audit
) -> None:
    rule, dialect, readable = verdict.rule, warehouse.dialect, delivery.readable(warehouse)
    reason = f"rule '{rule.name}' ({delivery.contract.where(rule.line)})"
    try:
        selected = _insert_bad(
            warehouse,
            delivery,
            f"select _line, {dialect.literal(reason)}, {_shown(warehouse, delivery, rule)}"
            f" from {readable} where {unexpected_lines(rule, readable, dialect)}",
        )
    except warehouse.refusals as error:
        _reject_rule(delivery, rule, warehouse.without_values(str(error)), audit)
        return
    if selected != verdict.unexpected:
        audit.reject(
            "verdict_mismatch",
            f"Great Expectations counts {verdict.unexpected} lines against {reason}, the gate finds"
            f" {selected}. Nothing was accepted; please report this with the contract.",
        )


def _shown(warehouse: Warehouse, delivery: Delivery, rule: Rule) -> str:
    """Return the value that a rule about one column looks at, as text."""
    dialect = warehouse.dialect
    for column in delivery.contract.columns:
        if column.name == rule.kwargs.get("column"):
            value = dialect.text(dialect.name(column.name), column.type.kind)
            return f"left({value}, {LONGEST_SHOWN})"
    return dialect.value(None, "varchar")


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
    has_rows = bool(warehouse.rows(f"select 1 as one from {delivery.readable(warehouse)} limit 1"))
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
    contract, dialect = delivery.contract, warehouse.dialect
    weekday = "true"
    if rule.history["sameWeekday"]:
        day = f"cast({dialect.literal(now())} as date)"
        if contract.event_date:
            last = f"max({dialect.name(contract.event_date.name)})"
            day = f"(select cast({last} as date) from {delivery.readable(warehouse)})"
        known = "coalesce(last_day, cast(finished_at as date))"
        weekday = f"extract(dayofweek from {known}) = extract(dayofweek from {day})"
    earlier = warehouse.rows(
        f"""
        select records_delivered from {warehouse.table("ops", "delivery_log")}
        where source = ? and feed = ? and kind = 'file' and status = 'accepted' and {weekday}
        order by published_seq desc limit {int(rule.history.get("deliveries", 8))}
        """,
        [contract.source, contract.feed],
    )
    if len(earlier) < int(rule.history.get("atLeast", 3)):
        return None
    counts = sorted(count for (count,) in earlier)
    median = counts[len(counts) // 2]
    low = float(rule.history.get("lowest", 0.5)) * median
    high = float(rule.history.get("highest", 2.0)) * median
    return int(low), int(high) + 1
