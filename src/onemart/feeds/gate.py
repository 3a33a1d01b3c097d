"""The feed gate: write, audit, publish, one delivery after the other.

A bad delivery never stops the good ones. `kill -9` at any step, then running again, ends as if
nothing had happened: nothing counts before the ledger has its row, and a file that was claimed
stays in its work folder until then.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from onemart.clock import now
from onemart.disk import explain_disk
from onemart.errors import ContractError, OnemartError
from onemart.feeds.audit import Audit, audit_lines, audit_table
from onemart.feeds.contract import Contract, load_contracts
from onemart.feeds.delivery import Delivery, Staged, delivery_id, name_says
from onemart.feeds.landing import (
    Found,
    Signature,
    find_claimed,
    find_files,
    find_strangers,
    is_regular,
    move,
    signature,
    sweep,
)
from onemart.feeds.ledger import prepare_ledger
from onemart.feeds.lock import hold_gate
from onemart.feeds.look import Unreadable, hash_file, look_at
from onemart.feeds.parquet_in_place import link_beside
from onemart.feeds.pii import read_key
from onemart.feeds.publish import Balance, LedgerRow, ledger_row, number_row, publish, record
from onemart.feeds.staging import drop_staged, stage
from onemart.feeds.tables import prepare_feed
from onemart.project import Project, Shop
from onemart.warehouse import Warehouse, open_warehouse

if TYPE_CHECKING:
    from onemart.feeds.gx import GreatExpectations

__all__ = ["STEPS", "Gate", "Outcome", "Report", "land", "open_gate"]

STEPS = ("found", "claimed", "looked", "loaded", "audited", "published", "committed", "archived")
"""The steps of a delivery; `published` is inside the publication, `committed` behind it."""

OnStep = Callable[[str, str], None]
"""Called with the step and the file's name, when the step is done."""


@dataclass(frozen=True)
class Outcome:
    """How a file ended: accepted, rejected, skipped, or waiting to be whole."""

    contract: Contract
    file_name: str
    status: str
    reason: str = ""
    delivered: int = 0
    accepted: int = 0
    quarantined: int = 0
    rejected: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """How all files ended, and what could not be taken to the gate at all."""

    outcomes: list[Outcome]
    contract_errors: list[ContractError]
    strangers: list[Path]

    @property
    def exit_status(self) -> int:
        """0: all accepted or skipped; 2: a contract or folder is wrong; 3: a file was rejected."""
        if any(outcome.status == "rejected" for outcome in self.outcomes):
            return 3
        return 2 if self.contract_errors or self.strangers else 0


class Gate:
    """The gate of one shop, open: the warehouse is connected and its tables are there.

    Parameters
    ----------
    on_step : callable
        Told after each step; progress bars and tests listen.
    """

    def __init__(self, project: Project, shop: Shop, warehouse: Warehouse, on_step: OnStep) -> None:
        self.project = project
        self.shop = shop
        self.warehouse = warehouse
        self.on_step = on_step
        self.contracts, self.contract_errors = load_contracts(project.contracts)
        self._gx: GreatExpectations | None = None
        self._log = warehouse.table("ops", "delivery_log")
        warehouse.label(step="prepare")
        prepare_ledger(warehouse)
        drop_staged(warehouse)
        for contract in list(self.contracts):
            try:
                prepare_feed(warehouse, contract)
            except ContractError as error:
                self.contracts.remove(contract)
                self.contract_errors.append(error)

    def great_expectations(self) -> "GreatExpectations":
        """Return Great Expectations on this warehouse; imported at need, for it takes seconds."""
        if self._gx is None:
            from onemart.feeds.gx import GreatExpectations  # noqa: PLC0415

            self._gx = GreatExpectations(self.warehouse)
        return self._gx

    def close(self) -> None:
        """Let go of the warehouse; the last connection to close merges its log into the file."""
        if self._gx is not None:
            self._gx.close()

    def files(self) -> list[Found]:
        """Return all files there are: those a killed run left at the gate first."""
        found: list[Found] = []
        for contract in self.contracts:
            sweep(self.shop, contract)
            found += [*find_claimed(self.shop, contract), *find_files(self.shop, contract)]
        return found

    def take(self, found: Found) -> Outcome:
        """Take one file through the gate."""
        contract, path = found.contract, found.path
        self.warehouse.label(feed=contract.table, step="claim")
        if found.waiting:
            return Outcome(contract, path.name, "waiting", found.waiting)
        if found.is_denied:
            return self._refuse_unreadable(found)
        finished = self._finish_killed(found)
        if finished is not None:
            return finished
        try:
            with explain_disk(path.name):
                return self._take_readable(found)
        except OnemartError as error:
            if self._is_denied(found, error.__cause__):
                return self._refuse_unreadable(found)
            raise
        except FileNotFoundError:
            if path.is_symlink() or path.exists() or path.is_relative_to(self.shop.work):
                raise
            return Outcome(contract, path.name, "waiting", "it was taken away before its turn")

    def _finish_killed(self, found: Found) -> Outcome | None:
        """Move a file on whose delivery was committed before the run was killed."""
        if not found.path.is_relative_to(self.shop.work):
            return None
        rows = self.warehouse.dicts(
            f"select * from {self._log} where delivery_id = ?", [found.path.parent.name]
        )
        if not rows:
            return None
        self._put_away(found.path, found.contract, rows[0]["delivery_id"], rows[0]["status"])
        return _outcome(found.contract, rows[0])

    def _take_readable(self, found: Found) -> Outcome:
        before = signature(found.path)
        if not is_regular(found.path):
            return self._refuse_link(found)
        delivery = self._claim(found, hash_file(found.path))
        if signature(delivery.path) != before:
            return self._put_back(found, delivery)
        same = self._already_accepted(delivery)
        if same is not None:
            return self._skip(delivery, same)
        return self._take_claimed(found, delivery, before)

    def _take_claimed(self, found: Found, delivery: Delivery, before: Signature) -> Outcome:
        records = 0
        try:
            look = look_at(delivery.path, is_text=delivery.contract.format != "parquet")
            self.on_step("looked", delivery.file_name)
            has_header = delivery.contract.format == "csv"
            records = max(look.lines - has_header, 0) + look.rows
            period, order = name_says(delivery.contract, delivery.file_name)
            delivery = replace(delivery, period=period, order=order)
            self.warehouse.label(step="load")
            drop_staged(self.warehouse, delivery)
            staged = stage(self.warehouse, delivery, look)
        except Unreadable as trouble:
            drop_staged(self.warehouse, delivery)
            return self._refuse(delivery, records, trouble)
        except OnemartError:
            # Whoever writes to a file that is being read makes its counts disagree.
            if signature(delivery.path) != before:
                return self._put_back(found, delivery)
            raise
        self.on_step("loaded", delivery.file_name)
        self.warehouse.label(step="audit")
        audit = audit_lines(self.warehouse, delivery, self.great_expectations)
        audit_table(self.warehouse, delivery, staged, audit)
        self.on_step("audited", delivery.file_name)
        # The last look: a vendor that kept the file open could have written to it after the claim.
        if signature(delivery.path) != before:
            return self._put_back(found, delivery)
        self.warehouse.label(step="publish")
        row = self._publish(delivery, staged, audit)
        drop_staged(self.warehouse, delivery)
        return self._finish(delivery, row)

    def _put_back(self, found: Found, delivery: Delivery) -> Outcome:
        drop_staged(self.warehouse, delivery)
        move(delivery.path, found.path.parent)
        sweep(self.shop, found.contract)
        return Outcome(found.contract, found.path.name, "waiting", "it changed while it was read")

    def _claim(self, found: Found, sha256: str) -> Delivery:
        contract, path = found.contract, found.path
        attempt = self.warehouse.value(
            f"select count(*) as attempts from {self._log}"
            " where source = ? and feed = ? and file_name = ? and sha256 = ? and kind = 'file'",
            [contract.source, contract.feed, _storable(path.name), sha256],
        )
        identity = delivery_id(contract, path.name, sha256, attempt)
        if not path.is_relative_to(self.shop.work):
            path = move(path, self.shop.work / contract.source / contract.feed / identity)
        self.on_step("claimed", path.name)
        return Delivery(
            id=identity,
            shop=self.shop.name,
            contract=contract,
            path=path,
            file_name=_storable(path.name),
            sha256=sha256,
            bytes=path.lstat().st_size,
            period=None,
            order=None,
            started_at=now(),
        )

    def _already_accepted(self, delivery: Delivery) -> str | None:
        """Return the accepted delivery with the same bytes, unless it no longer counts.

        A vendor who goes back to an older version sends its bytes again under a new name.
        """
        contract = delivery.contract
        earlier = self.warehouse.dicts(
            "select delivery_id, file_name, records_delivered"
            f" from {self.warehouse.table('ops', 'deliveries')}"
            " where source = ? and feed = ? and sha256 = ? and status = 'accepted'"
            " and (file_name = ? or records_superseded = 0) order by published_seq",
            [contract.source, contract.feed, delivery.sha256, delivery.file_name],
        )
        for row in earlier:
            if not self._says_more(delivery, row["file_name"], row["records_delivered"]):
                return str(row["delivery_id"])
        return None

    def _says_more(self, delivery: Delivery, earlier: str, records: int) -> bool:
        """Tell whether the name gives the same bytes another period, or a later order."""
        contract = delivery.contract
        try:
            period, order = name_says(contract, delivery.file_name)
            earlier_period, earlier_order = name_says(contract, earlier)
        except Unreadable:
            return False
        # Where lines name their period themselves, only a file without lines leaves it to its name.
        told_by_name = contract.deliveries.period_column is None or records == 0
        is_other = told_by_name and period != earlier_period
        return is_other or (order or "") > (earlier_order or "")

    def _publish(self, delivery: Delivery, staged: Staged, audit: Audit) -> LedgerRow:
        needs_key = any(column.hashed for column in delivery.contract.columns)
        key = read_key(self.project) if needs_key else b""
        with self.warehouse.publication():
            row = publish(self.warehouse, delivery, staged, audit, key)
            self.on_step("published", delivery.file_name)
        self._read_back(row)
        self.on_step("committed", delivery.file_name)
        return row

    def _read_back(self, row: LedgerRow) -> None:
        """See that the commit kept the ledger's row; DuckDB does not complain when it did not."""
        kept = self.warehouse.rows(
            f"select records_accepted from {self._log} where delivery_id = ?",
            [row["delivery_id"]],
        )
        if kept != [(row["records_accepted"],)]:
            raise OnemartError(
                f"{row['file_name']}: the ledger does not show its delivery after the commit.",
                "Nothing of it was kept. Run this again.",
            )

    def _record(self, delivery: Delivery, row: LedgerRow) -> Outcome:
        row["file_path"] = delivery.file_path(row["status"])
        with self.warehouse.publication():
            number_row(self.warehouse, row)
            record(self.warehouse, row)
            self.on_step("published", delivery.file_name)
        self._read_back(row)
        self.on_step("committed", delivery.file_name)
        return self._finish(delivery, row)

    def _refuse(self, delivery: Delivery, records: int, trouble: Unreadable) -> Outcome:
        """Reject a file that could not be staged; its records are counted by its lines."""
        unreadable = records if delivery.contract.deliveries.control_total else 0
        balance = Balance(delivered=records, rejected=records, unreadable=unreadable)
        row = ledger_row(delivery, balance)
        row["status"], row["reason_code"] = "rejected", trouble.code
        row["reason"] = _storable(trouble.reason)
        return self._record(delivery, row)

    def _skip(self, delivery: Delivery, same: str) -> Outcome:
        row = ledger_row(delivery, Balance())
        row |= {
            "status": "skipped",
            "reason_code": "same_bytes",
            "reason": f"The same bytes were accepted as delivery {same}; nothing to do.",
            "duplicate_of": same,
        }
        return self._record(delivery, row)

    def _refuse_link(self, found: Found) -> Outcome:
        path = found.path
        target = os.fsencode(path.readlink()) if path.is_symlink() else b""
        return self._refuse(
            self._claim(found, hashlib.sha256(b"link to " + target).hexdigest()),
            0,
            Unreadable(
                "not_a_file",
                f"{path.name} is a link, which could lead out of landing; it was not followed."
                " Deliver the file itself.",
            ),
        )

    def _is_denied(self, found: Found, error: BaseException | None) -> bool:
        """Tell whether this is about permission for the delivered file, not for the gate's own."""
        return (
            isinstance(error, PermissionError)
            and str(error.filename) == str(found.path)
            and not found.path.is_relative_to(self.shop.work)
        )

    def _refuse_unreadable(self, found: Found) -> Outcome:
        """Leave the file where it is, for somebody to give permission, and say so."""
        name = _storable(found.path.name)
        if found.is_denied:
            todo = f"list {found.path} and to move files out of it"
        else:
            todo = f"read it and to move it out of {found.path.parent}"
        return Outcome(
            found.contract,
            name,
            "rejected",
            f"{name} cannot be opened: permission denied. Give the user of the gate permission to"
            f" {todo}, then land again.",
        )

    def _put_away(self, path: Path, contract: Contract, identity: str, status: str) -> None:
        base = self.shop.rejected if status == "rejected" else self.shop.archive
        folder = base / contract.source / contract.feed / identity
        with explain_disk(f"{path.name} is {status}, but could not be put into {folder}"):
            link_beside(path).unlink(missing_ok=True)
            if contract.deliveries.complete == "marker":
                # Before the file goes: a marker that stayed would call the next file whole.
                marker = path.name + contract.deliveries.marker_suffix
                landing = self.shop.landing / contract.source / contract.feed
                (landing / marker).unlink(missing_ok=True)
            move(path, folder)
        sweep(self.shop, contract)
        self.on_step("archived", path.name)

    def _finish(self, delivery: Delivery, row: LedgerRow) -> Outcome:
        self._put_away(delivery.path, delivery.contract, delivery.id, row["status"])
        return _outcome(delivery.contract, row)


def _outcome(contract: Contract, row: LedgerRow) -> Outcome:
    return Outcome(
        contract=contract,
        file_name=row["file_name"],
        status=row["status"],
        reason=row.get("reason") or "",
        delivered=row["records_delivered"],
        accepted=row["records_accepted"],
        quarantined=row["records_quarantined"],
        rejected=row["records_rejected"],
        warnings=tuple(row.get("warnings") or ()),
    )


def _storable(file_name: str) -> str:
    """Spell a file name that is not UTF-8 so that a database takes it."""
    return os.fsencode(file_name).decode("utf-8", "backslashreplace")


@contextmanager
def open_gate(
    project: Project,
    shop: Shop,
    command: str,
    *,
    on_step: OnStep,
    timeout: float,
    target: str | None = None,
) -> Iterator[Gate]:
    """Hold the shop's gate and warehouse while the caller works with it (a context manager)."""
    with (
        hold_gate(shop, command, timeout=timeout),
        open_warehouse(shop, target=target, timeout=timeout) as opened,
    ):
        gate = Gate(project, shop, opened, on_step)
        try:
            yield gate
        finally:
            gate.close()


def land(
    gate: Gate, *, on_start: Callable[[list[Found]], None], on_end: Callable[[Outcome], None]
) -> Report:
    """Take every file in landing through the gate, the folder or the warehouse's bucket.

    Parameters
    ----------
    on_start : callable
        Told which files there are.
    on_end : callable
        Told how each file ended.
    """
    bucket = gate.warehouse.landing_bucket(gate.shop)
    if bucket is not None:
        return bucket.land(gate, on_start=on_start, on_end=on_end)
    files = gate.files()
    on_start(files)
    outcomes = []
    for found in files:
        gate.on_step("found", found.path.name)
        outcome = gate.take(found)
        outcomes.append(outcome)
        on_end(outcome)
    return Report(outcomes, gate.contract_errors, find_strangers(gate.shop, gate.project.contracts))
