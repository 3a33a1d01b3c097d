"""Publish: raw, quarantine and ledger in one publication; the ledger's row is the commit point.

It is written last, and what is written before it can be written again: rows that only this
publication writes replace those of a broken-off attempt, and differences give nothing twice. No
query here reads what the publication itself writes, but inside of a statement.
"""

import json
from dataclasses import dataclass
from typing import Any

from onemart import __version__
from onemart.clock import now
from onemart.feeds.audit import Audit
from onemart.feeds.contract import Column, Contract
from onemart.feeds.contract_sql import spelled
from onemart.feeds.delivery import SNAPSHOT, Delivery, Staged
from onemart.feeds.ledger import kinds_of, take_turn
from onemart.feeds.staging import records_sql
from onemart.feeds.tables import quarantine_name, raw_columns, raw_name
from onemart.warehouse.base import Warehouse

__all__ = [
    "Balance",
    "LedgerRow",
    "copy_to_raw",
    "explained",
    "ledger_row",
    "number_row",
    "publish",
    "record",
    "record_validation",
    "relate",
]


@dataclass(frozen=True)
class Balance:
    """Records and money of a delivery: delivered = accepted + quarantined + rejected.

    Money is the contract's control total; a line whose money cannot be read counts as unreadable.
    """

    delivered: int = 0
    quarantined: int = 0
    rejected: int = 0
    unreadable: int = 0
    control_delivered: Any = 0
    control_quarantined: Any = 0
    control_rejected: Any = 0

    @property
    def accepted(self) -> int:
        """Records that go to raw."""
        return self.delivered - self.quarantined - self.rejected

    @property
    def control_accepted(self) -> Any:
        """Money that goes to raw."""
        return self.control_delivered - self.control_quarantined - self.control_rejected


LedgerRow = dict[str, Any]


def publish(
    warehouse: Warehouse, delivery: Delivery, staged: Staged, audit: Audit, key: bytes
) -> LedgerRow:
    """Write the audited delivery; the caller holds the publication.

    Parameters
    ----------
    key : bytes
        The key of the PII hashes.

    Returns
    -------
    dict
        The row that goes into the ledger.
    """
    balance = _balance(warehouse, delivery, audit)
    row = ledger_row(delivery, balance)
    number_row(warehouse, row)
    row["file_columns"] = staged.header
    row["warnings"] = [*staged.notes, *audit.warnings]
    if audit.rejection is not None:
        row["status"] = "rejected"
        row["file_path"] = delivery.file_path("rejected")
        row["reason_code"], row["reason"] = audit.rejection
    else:
        event = delivery.contract.event_date
        if event:
            row["last_day"] = warehouse.value(
                f"select cast(max({warehouse.dialect.name(event.name)}) as date) as last_day"
                f" from {delivery.readable(warehouse)}"
            )
        this = f"_delivery_id = {warehouse.dialect.literal(delivery.id)}"
        copy_to_raw(warehouse, delivery, key, instead_of=this, expected=balance.accepted)
        if balance.quarantined:
            _quarantine(warehouse, delivery, balance.quarantined)
        relate(warehouse, delivery, row)
    record_validation(warehouse, delivery.id, delivery.contract, audit)
    record(warehouse, row)
    return row


def _balance(warehouse: Warehouse, delivery: Delivery, audit: Audit) -> Balance:
    lines = delivery.lines(warehouse)
    records, control, unreadable = warehouse.rows(
        "select count(*) as records, coalesce(sum(_control), 0) as control,"
        f" count(*) - count(_control) as unreadable from {lines}"
    )[0]
    if delivery.contract.deliveries.control_total is None:
        unreadable = 0
    if audit.rejection is not None:
        return Balance(
            delivered=records,
            rejected=records,
            unreadable=unreadable,
            control_delivered=control,
            control_rejected=control,
        )
    bad, bad_control = warehouse.rows(
        "select count(*) as bad, coalesce(sum(_control), 0) as control"
        f" from {lines} where _line in (select _line from {delivery.bad(warehouse)})"
    )[0]
    return Balance(
        delivered=records,
        quarantined=bad,
        unreadable=unreadable,
        control_delivered=control,
        control_quarantined=bad_control,
    )


def ledger_row(delivery: Delivery, balance: Balance) -> LedgerRow:
    """Return the ledger's row of a delivery that is accepted; the caller changes what differs."""
    return {
        "delivery_id": delivery.id,
        "source": delivery.contract.source,
        "feed": delivery.contract.feed,
        "kind": "file",
        "status": "accepted",
        "file_name": delivery.file_name,
        "file_path": delivery.file_path("accepted"),
        "sha256": delivery.sha256,
        "bytes": delivery.bytes,
        "records_delivered": balance.delivered,
        "records_accepted": balance.accepted,
        "records_quarantined": balance.quarantined,
        "records_rejected": balance.rejected,
        "records_unreadable": balance.unreadable,
        "records_moved": 0,
        "control_delivered": balance.control_delivered,
        "control_accepted": balance.control_accepted,
        "control_quarantined": balance.control_quarantined,
        "control_rejected": balance.control_rejected,
        "control_moved": 0,
        "control_released": 0,
        "declared_order": delivery.order,
        "warnings": [],
        "started_at": delivery.started_at,
        "contract_version": delivery.contract.version,
        "project_version": __version__,
    }


def number_row(warehouse: Warehouse, row: LedgerRow) -> None:
    """Give the row the number behind the last one of the ledger."""
    row["published_seq"] = warehouse.value(
        "select coalesce(max(published_seq), 0) + 1 as next"
        f" from {warehouse.table('ops', 'delivery_log')}"
    )


def record(warehouse: Warehouse, row: LedgerRow) -> None:
    """Append the row, which has its number, to the ledger; all else of it is written by now."""
    row["finished_at"] = now()
    log = warehouse.table("ops", "delivery_log")
    take_turn(warehouse, row["published_seq"])
    warehouse.expect(
        f"select count(*) as later from {log} where published_seq >= {row['published_seq']}",
        0,
        "Another gate published into this warehouse meanwhile. Let it finish, and run this again.",
    )
    kinds = {column: kind for column, kind in kinds_of("delivery_log").items() if column in row}
    this = f"delivery_id = {warehouse.dialect.literal(row['delivery_id'])}"
    warehouse.insert_rows(log, kinds, [row], instead_of=this)


def copy_to_raw(
    warehouse: Warehouse, delivery: Delivery, key: bytes, *, instead_of: str, expected: int
) -> None:
    """Copy the delivery's good lines to the raw table."""
    contract, dialect = delivery.contract, warehouse.dialect
    values = {column: dialect.name(column) for column in raw_columns(contract)}
    for column in contract.columns:
        if column.hashed:
            text = dialect.text(dialect.name(column.name), column.type.kind)
            values[f"{column.name}_hmac"] = dialect.hmac(text, key)
    values |= {
        "_delivery_id": dialect.literal(delivery.id),
        "_line": "_line",
        "_row_hash": dialect.row_hash([column.name for column in contract.columns]),
        "_loaded_at": dialect.literal(now()),
        "_contract_version": dialect.literal(contract.version),
    }
    lines = f"select {', '.join(values.values())} from {delivery.good(warehouse)} as lines"
    if contract.event_date and dialect.keeps_order:
        # So that a question about a day passes over the blocks of all others.
        lines += f" order by {dialect.name(contract.event_date.name)}"
    warehouse.insert(
        raw_name(warehouse, contract),
        list(values),
        lines,
        instead_of=instead_of,
        expected=expected,
    )


def explained(warehouse: Warehouse, delivery: Delivery) -> str:
    """Select each bad line with all reasons."""
    reason = "reason || coalesce(': ' || shown, '')"
    return (
        f"select _line, array_agg(distinct {reason} order by {reason}) as reasons"
        f" from {delivery.bad(warehouse)} group by _line"
    )


def _quarantine(warehouse: Warehouse, delivery: Delivery, expected: int) -> None:
    dialect = warehouse.dialect
    values = {
        "delivery_id": dialect.literal(delivery.id),
        "line": "bad._line",
        "file_name": dialect.literal(delivery.file_name),
        "record": "records._record",
        "reasons": "bad.reasons",
        "control_amount": "lines._control",
        "state": "'open'",
        "quarantined_at": dialect.literal(now()),
        "contract_version": dialect.literal(delivery.contract.version),
    }
    warehouse.insert(
        quarantine_name(warehouse, delivery.contract),
        list(values),
        f"""
        select {", ".join(values.values())}
        from ({explained(warehouse, delivery)}) as bad
        inner join ({records_sql(warehouse, delivery)}) as records on bad._line = records._line
        inner join {delivery.lines(warehouse)} as lines on bad._line = lines._line
        """,
        instead_of=f"delivery_id = {values['delivery_id']}",
        expected=expected,
    )


def relate(warehouse: Warehouse, delivery: Delivery, row: LedgerRow) -> None:
    """Write down what the delivery's rows replace, and which days that touches.

    A replay relates the rows that it added to `delivery`, the one that they came with.
    """
    contract = delivery.contract
    relation = contract.deliveries.relation
    if relation in {"fullSnapshot", "replacePeriod"}:
        _relate_periods(warehouse, delivery)
    elif relation == "upsert":
        _supersede_lines(warehouse, delivery, row)
    if contract.event_date is not None:
        _touch_days(warehouse, delivery, contract.event_date, row)


def _control(warehouse: Warehouse, contract: Contract) -> str:
    total = spelled(contract.deliveries.control_total or "0", warehouse.dialect)
    return f"coalesce(cast({total} as {warehouse.dialect.type('money')}), 0)"


def _is_of_lines(contract: Contract) -> bool:
    """Tell whether each line names its period, rather than the delivery for all of them."""
    told = contract.deliveries
    return told.relation == "replacePeriod" and not told.period_group


def _period(warehouse: Warehouse, delivery: Delivery) -> str:
    """Return the period of a line, as text."""
    told, dialect = delivery.contract.deliveries, warehouse.dialect
    if not _is_of_lines(delivery.contract):
        return dialect.literal(SNAPSHOT if told.relation == "fullSnapshot" else delivery.period)
    return f"cast({dialect.name(str(told.period_column))} as {dialect.type('varchar')})"


def _relate_periods(warehouse: Warehouse, delivery: Delivery) -> None:
    """Count the delivery's rows by period, as they are now; a replay adds the difference."""
    contract, literal = delivery.contract, warehouse.dialect.literal
    periods = warehouse.table("ops", "delivery_periods")
    this = literal(delivery.id)
    counted = (
        f"select {_period(warehouse, delivery)} as period, count(*) as records,"
        f" coalesce(sum({_control(warehouse, contract)}), 0) as control"
        f" from {raw_name(warehouse, contract)} where _delivery_id = {this}"
    )
    if _is_of_lines(contract):
        # Else a delivery without rows still replaces its period.
        counted += " group by 1"
    warehouse.insert(
        periods,
        list(kinds_of("delivery_periods")),
        f"""
        select
            {this}, {literal(contract.source)}, {literal(contract.feed)},
            counted.period,
            counted.records - coalesce(known.records, 0),
            counted.control - coalesce(known.control, 0)
        from ({counted}) as counted
        left join (
            select period, sum(records) as records, sum(control_amount) as control
            from {periods} where delivery_id = {this} group by period
        ) as known on counted.period = known.period
        where known.period is null or counted.records <> known.records
            or counted.control <> known.control
        """,
        instead_of=None,
    )


def _supersede_lines(warehouse: Warehouse, delivery: Delivery, row: LedgerRow) -> None:
    """Let the later version of each key count, by declared order, then by arrival.

    Lines that are superseded already are left out, so a repetition adds nothing.
    """
    contract, dialect = delivery.contract, warehouse.dialect
    raw, literal = raw_name(warehouse, contract), dialect.literal
    this = literal(delivery.id)
    superseded = warehouse.table("ops", "superseded_lines")
    keys = list(map(dialect.name, contract.key))
    listed = ", ".join(keys)
    column = contract.deliveries.order_column
    # The ledger's own row is written last, so it is told here.
    log = (
        f"select delivery_id, declared_order, published_seq"
        f" from {warehouse.table('ops', 'delivery_log')}"
        f" union all select {literal(row['delivery_id'])},"
        f" {dialect.value(row['declared_order'], 'varchar')}, {row['published_seq']}"
    )
    warehouse.insert(
        superseded,
        list(kinds_of("superseded_lines")),
        f"""
        with candidates as (
            select {listed}, _delivery_id, _line, {_control(warehouse, contract)} as _control
                {f", {dialect.name(column)} as _order" if column else ""}
            from {raw}
            where {_key_range(warehouse, delivery)}
        ),
        versions as (
            select
                {", ".join(f"candidates.{key}" for key in keys)},
                candidates._delivery_id, candidates._line, candidates._control,
                {"candidates._order" if column else "log.declared_order"} as _order,
                log.published_seq as _seq
            from candidates
            inner join (select distinct {listed} from {raw} where _delivery_id = {this}) as wanted
                on {" and ".join(f"candidates.{key} = wanted.{key}" for key in keys)}
            inner join ({log}) as log on candidates._delivery_id = log.delivery_id
            left join (
                select delivery_id, line from {superseded}
                where source = {literal(contract.source)} and feed = {literal(contract.feed)}
            ) as gone
                on candidates._delivery_id = gone.delivery_id and candidates._line = gone.line
            where gone.line is null
        )
        select
            {literal(contract.source)}, {literal(contract.feed)},
            older._delivery_id, older._line, older._control, newer._delivery_id
        from versions as newer
        inner join versions as older
            on {" and ".join(f"newer.{key} = older.{key}" for key in keys)}
            and (
                newer._order > older._order
                or (newer._order is not null and older._order is null)
                or (newer._order is not distinct from older._order and newer._seq > older._seq)
            )
        where newer._delivery_id = {this} or older._delivery_id = {this}
        """,
        instead_of=None,
    )


def _touch_days(warehouse: Warehouse, delivery: Delivery, event: Column, row: LedgerRow) -> None:
    contract, literal = delivery.contract, warehouse.dialect.literal
    this = literal(row["delivery_id"])
    # Ids that can be known are asked for, not joined: BigQuery reads less of raw by constants.
    known = sorted({delivery.id, *_rivals(warehouse, delivery)})
    day = f"cast({warehouse.dialect.name(event.name)} as date)"
    raw = raw_name(warehouse, contract)
    days = (
        f"select {day} as day from {raw} where _delivery_id in ({', '.join(map(literal, known))})"
    )
    if contract.deliveries.relation == "upsert":
        # Of an older delivery, only the lines that no longer count: all of it may be years.
        days += f"""
            union distinct select {day} as day
            from {raw}
            inner join (
                select delivery_id as _superseded_id, line as _superseded_line
                from {warehouse.table("ops", "superseded_lines")}
                where superseded_by = {literal(delivery.id)}
            ) as superseded
                on _delivery_id = _superseded_id and _line = _superseded_line
            where {_key_range(warehouse, delivery)}
        """
    warehouse.insert(
        warehouse.table("ops", "touched_days"),
        list(kinds_of("touched_days")),
        f"""
        select distinct {this}, {row["published_seq"]},
            {literal(contract.source)}, {literal(contract.feed)}, day
        from ({days}) as days
        where day is not null
        """,
        instead_of=f"delivery_id = {this}",
    )


def _key_range(warehouse: Warehouse, delivery: Delivery) -> str:
    """Return the condition that a key is between the smallest and the largest of the delivery.

    Keys grow with time, mostly, and so a warehouse passes over nearly all of an old shop by what
    it knows of each block: constants say where to look, a join would say it too late.
    """
    dialect, key = warehouse.dialect, delivery.contract.key[0]
    name = dialect.name(key)
    smallest, largest = warehouse.rows(
        f"select min({name}) as smallest, max({name}) as largest"
        f" from {delivery.good(warehouse)} as lines"
    )[0]
    if smallest is None:
        return "false"
    return f"{name} between {dialect.literal(smallest)} and {dialect.literal(largest)}"


def _rivals(warehouse: Warehouse, delivery: Delivery) -> list[str]:
    """Return the deliveries of the periods that this one replaces."""
    contract, literal = delivery.contract, warehouse.dialect.literal
    told, period = contract.deliveries, _period(warehouse, delivery)
    if told.relation not in {"fullSnapshot", "replacePeriod"}:
        return []
    table = warehouse.table("ops", "delivery_periods")
    replaced = period
    if _is_of_lines(contract):
        replaced = (
            f"select {period} from {delivery.good(warehouse)} as lines union all"
            f" select period from {table} where delivery_id = {literal(delivery.id)}"
        )
    found = warehouse.rows(
        f"select distinct delivery_id from {table} where source = {literal(contract.source)}"
        f" and feed = {literal(contract.feed)} and period in ({replaced})"
    )
    return [identity for (identity,) in found]


def record_validation(
    warehouse: Warehouse, identity: str, contract: Contract, audit: Audit
) -> None:
    """Append the audit's results under the id of the delivery or replay."""
    if not audit.results:
        return
    feed = {"delivery_id": identity, "source": contract.source, "feed": contract.feed}
    this = f"delivery_id = {warehouse.dialect.literal(identity)}"
    warehouse.insert_rows(
        warehouse.table("ops", "validation_results"),
        kinds_of("validation_results"),
        [feed | result for result in audit.results],
        instead_of=this,
    )
    if audit.document:
        row = {"delivery_id": identity, "document": json.dumps(json.loads(audit.document))}
        warehouse.insert_rows(
            warehouse.table("ops", "validation_documents"),
            kinds_of("validation_documents"),
            [row],
            instead_of=this,
        )
