"""What the ledger says about feeds: last deliveries, freshness, what is open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from onemart.clock import now
from onemart.feeds.contract import Contract
from onemart.feeds.gate import Gate
from onemart.feeds.tables import quarantine_name
from onemart.warehouse.base import Warehouse

__all__ = ["FeedStatus", "delivered_by_feed", "feed_status", "ledger"]


@dataclass(frozen=True)
class FeedStatus:
    """How a feed stands.

    Attributes
    ----------
    last_accepted_at : datetime or None
        UTC, when the last delivery was accepted.
    due_at : datetime or None
        UTC, when the next delivery is due by the contract's schedule.
    state : str
        never delivered, on time, due, or late (beyond the contract's grace).
    open_lines : int
        Lines that wait in quarantine.
    """

    contract: Contract
    last_file: str
    last_outcome: str
    last_accepted_at: datetime | None
    due_at: datetime | None
    state: str
    open_lines: int

    @property
    def is_last_refused(self) -> bool:
        """Whether the last file ended otherwise than accepted or skipped."""
        return self.last_outcome == "rejected"


def feed_status(warehouse: Warehouse, contracts: Iterable[Contract]) -> list[FeedStatus]:
    """Return how each of the feeds stands in a shop's warehouse."""
    return [_status_of(warehouse, contract) for contract in contracts]


def _status_of(warehouse: Warehouse, contract: Contract) -> FeedStatus:
    feed = [contract.source, contract.feed]
    log = warehouse.table("ops", "delivery_log")
    last = warehouse.rows(
        f"select file_name, status from {log} where source = ? and feed = ?"
        " and kind = 'file' order by published_seq desc limit 1",
        feed,
    )
    accepted_at = warehouse.value(
        f"select max(finished_at) as accepted_at from {log}"
        " where source = ? and feed = ? and kind = 'file' and status = 'accepted'",
        feed,
    )
    open_lines = warehouse.value(
        f"select count(*) as open_lines from {quarantine_name(warehouse, contract)}"
        " where state = 'open'"
    )
    due_at = state = None
    if accepted_at is not None:
        due_at = accepted_at + timedelta(hours=contract.schedule.every_hours)
        late_at = due_at + timedelta(hours=contract.schedule.grace_hours)
        state = "on time" if now() < due_at else "due" if now() < late_at else "late"
    file_name, outcome = last[0] if last else ("", "")
    return FeedStatus(
        contract, file_name, outcome, accepted_at, due_at, state or "never delivered", open_lines
    )


def ledger(gate: Gate, contract: Contract, *, limit: int) -> list[dict[str, Any]]:
    """Return the feed's last `limit` rows of the ledger, the newest first."""
    return gate.warehouse.dicts(
        f"select * from {gate.warehouse.table('ops', 'deliveries')}"
        f" where source = ? and feed = ? order by published_seq desc limit {limit}",
        [contract.source, contract.feed],
    )


def delivered_by_feed(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Return, per feed with deliveries, the files and records that came and what became of them."""
    return warehouse.dicts(
        f"""
        select
            source, feed,
            sum(case when kind = 'file' then 1 else 0 end) as files,
            sum(records_delivered) as delivered,
            sum(records_accepted) as accepted,
            sum(records_quarantined) as quarantined,
            sum(records_rejected) as rejected
        from {warehouse.table("ops", "deliveries")}
        group by source, feed
        order by source, feed
        """
    )
