"""Publish: raw, quarantine and ledger in one transaction; the ledger's row is the commit point."""

import json
from dataclasses import dataclass
from typing import Any

from onemart import __version__
from onemart.errors import OnemartError
from onemart.feeds.audit import Audit
from onemart.feeds.contract import Column, Contract
from onemart.feeds.delivery import SNAPSHOT, Delivery
from onemart.feeds.pii import hmac_sql
from onemart.feeds.sql import literal, name
from onemart.feeds.staging import Staged, records_sql
from onemart.feeds.tables import quarantine_name, raw_columns, raw_name
from onemart.feeds.warehouse import Warehouse, now

__all__ = [
    "Balance",
    "LedgerRow",
    "copy_to_raw",
    "ledger_row",
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
    """Write the audited delivery; the caller holds the transaction.

    Parameters
    ----------
    key : bytes
        The key of the PII hashes.

    Returns
    -------
    dict
        The row that went into the ledger.
    """
    contract = delivery.contract
    balance = _balance(warehouse, delivery, audit)
    row = ledger_row(delivery, balance)
    row["file_columns"] = staged.header
    row["warnings"] = [*staged.notes, *audit.warnings]
    if audit.rejection is not None:
        row["status"] = "rejected"
        row["file_path"] = delivery.file_path("rejected")
        row["reason_code"], row["reason"] = audit.rejection
    else:
        lines = f"(select * from {delivery.lines} where _is_readable)"
        accepted = copy_to_raw(
            warehouse, delivery, f"{lines} anti join {delivery.bad} using (_line)", key
        )
        quarantined = _quarantine(warehouse, delivery)
        if (accepted, quarantined) != (balance.accepted, balance.quarantined):
            raise OnemartError(
                f"{delivery.file_name}: {accepted} rows written to raw and {quarantined} to"
                f" quarantine, {balance.accepted} and {balance.quarantined} counted.",
                "Nothing was published. Please report this with the contract.",
            )
        if contract.event_date:
            row["last_day"] = warehouse.value(
                f"select cast(max({name(contract.event_date.name)}) as date)"
                f" from {delivery.readable}"
            )
    record(warehouse, row)
    if audit.rejection is None:
        relate(warehouse, delivery, row)
    record_validation(warehouse, delivery.id, delivery.contract, audit)
    return row


def _balance(warehouse: Warehouse, delivery: Delivery, audit: Audit) -> Balance:
    records, control, unreadable = warehouse.rows(
        f"select count(*), coalesce(sum(_control), 0), count(*) - count(_control)"
        f" from {delivery.lines}"
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
        f"select count(*), coalesce(sum(_control), 0)"
        f" from {delivery.lines} semi join {delivery.bad} using (_line)"
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


def record(warehouse: Warehouse, row: LedgerRow) -> None:
    """Append the row to the ledger, numbered behind the last one."""
    row["published_seq"] = warehouse.value(
        "select coalesce(max(published_seq), 0) + 1 from ops.delivery_log"
    )
    row["finished_at"] = now()
    columns = ", ".join(row)
    places = ", ".join("?" for _ in row)
    warehouse.run(f"insert into ops.delivery_log ({columns}) values ({places})", list(row.values()))


def copy_to_raw(warehouse: Warehouse, delivery: Delivery, lines: str, key: bytes) -> int:
    """Copy the rows of `lines`, an SQL relation, to the raw table; return how many."""
    contract = delivery.contract
    values = {column: name(column) for column in raw_columns(contract)}
    for column in contract.columns:
        if column.hashed:
            text = f"cast({name(column.name)} as varchar)"
            values[f"{column.name}_hmac"] = hmac_sql(text, key)
    values |= {
        "_delivery_id": literal(delivery.id),
        "_line": "_line",
        "_row_hash": f"hash({', '.join(name(column.name) for column in contract.columns)})",
        "_loaded_at": f"timestamp {literal(now())}",
        "_contract_version": literal(contract.version),
    }
    columns = ", ".join(name(column) for column in values)
    selected = ", ".join(values.values())
    return int(
        warehouse.value(
            f"insert into {raw_name(contract)} ({columns}) select {selected} from {lines}"
        )
    )


def _quarantine(warehouse: Warehouse, delivery: Delivery) -> int:
    if not warehouse.rows(f"select 1 from {delivery.bad} limit 1"):
        return 0
    reasons = "reason || coalesce(': ' || shown, '')"
    return int(
        warehouse.value(
            f"""
            insert into {quarantine_name(delivery.contract)}
            select
                {literal(delivery.id)}, bad._line, ?, records._record, null, bad.reasons,
                lines._control, 'open', ?, null, null, {literal(delivery.contract.version)}
            from (
                select _line, list(distinct {reasons} order by {reasons}) as reasons
                from {delivery.bad} group by _line
            ) as bad
            inner join ({records_sql(delivery)}) as records on bad._line = records._line
            inner join {delivery.lines} as lines on bad._line = lines._line
            order by bad._line
            """,
            [delivery.file_name, now()],
        )
    )


def relate(warehouse: Warehouse, delivery: Delivery, row: LedgerRow) -> None:
    """Write down what the delivery's rows replace, and which days that touches.

    A replay relates the rows that it added to `delivery`, the one that they came with.
    """
    contract = delivery.contract
    added = f"(select * from {raw_name(contract)} where _delivery_id = {literal(delivery.id)})"
    relation = contract.deliveries.relation
    if relation in {"fullSnapshot", "replacePeriod"}:
        _relate_periods(warehouse, delivery, added)
    elif relation == "upsert":
        _supersede_lines(warehouse, delivery)
    if contract.event_date is not None:
        _touch_days(warehouse, delivery, contract.event_date, row)


def _control(contract: Contract) -> str:
    return f"coalesce(cast({contract.deliveries.control_total or '0'} as decimal(38, 6)), 0)"


def _relate_periods(warehouse: Warehouse, delivery: Delivery, added: str) -> None:
    """Count the delivery's rows by period, as they are now; a replay adds the difference."""
    contract = delivery.contract
    told = contract.deliveries
    if told.relation == "fullSnapshot":
        period = literal(SNAPSHOT)
    elif told.period_group:
        period = literal(delivery.period)
    else:
        period = f"cast({name(str(told.period_column))} as varchar)"
    counted = (
        f"select {period} as period, count(*) as records, sum({_control(contract)}) as control"
        f" from {added} group by 1"
    )
    if told.period_group or told.relation == "fullSnapshot":
        # A delivery without rows still replaces its period.
        counted = (
            f"select {period} as period, count(*) as records,"
            f" coalesce(sum({_control(contract)}), 0) as control from {added}"
        )
    warehouse.run(
        f"""
        insert into ops.delivery_periods
        select
            {literal(delivery.id)}, {literal(contract.source)}, {literal(contract.feed)},
            counted.period,
            counted.records - coalesce(known.records, 0),
            counted.control - coalesce(known.control, 0)
        from ({counted}) as counted
        left join (
            select period, sum(records) as records, sum(control_amount) as control
            from ops.delivery_periods where delivery_id = {literal(delivery.id)} group by period
        ) as known on counted.period = known.period
        """
    )


def _supersede_lines(warehouse: Warehouse, delivery: Delivery) -> None:
    """Let the later version of each key count, by declared order, then by arrival."""
    contract = delivery.contract
    feed = f"source = {literal(contract.source)} and feed = {literal(contract.feed)}"
    column = contract.deliveries.order_column
    order = f"rows.{name(column)}" if column else "log.declared_order"
    key_columns = ", ".join(name(column) for column in contract.key)
    keys = " and ".join(f"newer.{name(key)} = older.{name(key)}" for key in contract.key)
    warehouse.run(
        f"""
        insert into ops.superseded_lines
        with versions as (
            select
                rows.*, {_control(contract)} as _control, {order} as _order,
                log.published_seq as _seq
            from (
                select * from {raw_name(contract)}
                semi join (
                    select {key_columns} from {raw_name(contract)}
                    where _delivery_id = {literal(delivery.id)}
                ) using ({key_columns})
            ) as rows
            inner join ops.delivery_log as log on rows._delivery_id = log.delivery_id
            left join (select delivery_id, line from ops.superseded_lines where {feed}) as gone
                on rows._delivery_id = gone.delivery_id and rows._line = gone.line
            where gone.line is null
        )
        select
            {literal(contract.source)}, {literal(contract.feed)},
            older._delivery_id, older._line, older._control, newer._delivery_id
        from versions as newer
        inner join versions as older
            on {keys}
            and (
                newer._order > older._order
                or (newer._order is not null and older._order is null)
                or (newer._order is not distinct from older._order and newer._seq > older._seq)
            )
        where newer._delivery_id = {literal(delivery.id)}
            or older._delivery_id = {literal(delivery.id)}
        """
    )


def _touch_days(warehouse: Warehouse, delivery: Delivery, event: Column, row: LedgerRow) -> None:
    contract = delivery.contract
    this = literal(delivery.id)
    told = contract.deliveries
    if told.relation in {"fullSnapshot", "replacePeriod"}:
        rivals = (
            "select delivery_id from ops.delivery_periods where (source, feed, period) in"
            f" (select (source, feed, period) from ops.delivery_periods where delivery_id = {this})"
        )
    elif told.relation == "upsert":
        rivals = (
            f"select {this} union select delivery_id from ops.superseded_lines"
            f" where superseded_by = {this}"
        )
    else:
        rivals = f"select {this}"
    warehouse.run(
        f"""
        insert into ops.touched_days
        select distinct {literal(row["delivery_id"])}, {row["published_seq"]},
            {literal(contract.source)}, {literal(contract.feed)}, cast({name(event.name)} as date)
        from {raw_name(contract)}
        where _delivery_id in ({rivals}) and {name(event.name)} is not null
        """
    )


def record_validation(
    warehouse: Warehouse, identity: str, contract: Contract, audit: Audit
) -> None:
    """Append the audit's results under the id of the delivery or replay."""
    if not audit.results:
        return
    fields = ("rule", "expectation", "contract_line", "severity", "success", "unexpected_count",
              "observed", "checked_by")  # fmt: skip
    values = [
        value
        for result in audit.results
        for value in (
            identity,
            contract.source,
            contract.feed,
            *(result[field] for field in fields),
        )
    ]
    places = ", ".join("(" + ", ".join("?" * (len(fields) + 3)) + ")" for _ in audit.results)
    warehouse.run(f"insert into ops.validation_results values {places}", values)
    if audit.document:
        warehouse.run(
            "insert into ops.validation_documents values (?, ?)",
            [identity, json.dumps(json.loads(audit.document))],
        )
