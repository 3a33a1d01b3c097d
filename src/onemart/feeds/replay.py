"""Replay: quarantined lines once more, after the contract or the lines were repaired.

A line that passes goes to raw under the delivery and the line that it came with, so periods, keys
and order hold as if it had been right at once. The ledger gets a row of its own that says how much
moved; the delivery's own counts stay as they were.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from onemart.clock import now
from onemart.errors import UsageError
from onemart.feeds.audit import audit_lines
from onemart.feeds.contract import Contract
from onemart.feeds.delivery import Delivery, delivery_id
from onemart.feeds.gate import Gate
from onemart.feeds.pii import read_key
from onemart.feeds.publish import (
    Balance,
    copy_to_raw,
    explained,
    ledger_row,
    number_row,
    record,
    record_validation,
    relate,
)
from onemart.feeds.records import parse_records
from onemart.feeds.staging import drop_staged
from onemart.feeds.tables import quarantine_name
from onemart.feeds.typed_lines import type_lines
from onemart.warehouse.base import Warehouse

__all__ = ["Repair", "Replayed", "export_quarantine", "read_repairs", "replay", "waive"]

Place = tuple[str, int]
"""A delivery and a line of it."""


@dataclass(frozen=True)
class Repair:
    """A record as a person repaired it, and the file and line where it stands."""

    where: str
    record: str


@dataclass(frozen=True)
class Replayed:
    """What a replay did with the open lines of one delivery."""

    file_name: str
    delivery_id: str
    accepted: int
    still_open: int


def export_quarantine(gate: Gate, contract: Contract) -> Iterator[str]:
    """Yield the feed's open lines as JSON Lines, for a person to repair `record`."""
    for row in _open_lines(gate, contract, None):
        told = {
            "delivery_id": row["delivery_id"],
            "line": row["line"],
            "file_name": row["file_name"],
            "reasons": row["reasons"],
            "record": _shown(contract, row),
        }
        yield json.dumps(told, ensure_ascii=False)


def _shown(contract: Contract, row: dict[str, Any]) -> str:
    record: bytes = row["repaired_record"] or row["record"]
    return record.decode(_encoding(contract), "backslashreplace")


def _encoding(contract: Contract) -> str:
    return contract.encoding if contract.format == "csv" else "UTF-8"


def read_repairs(path: Path) -> dict[Place, Repair]:
    """Read what `export_quarantine` gave, after a person repaired records in it.

    Raises
    ------
    UsageError
        If a line is not of that form, or a place is there twice; names file and line.
    """
    repairs: dict[Place, Repair] = {}
    # Split at line feeds only: a record may hold what Python takes for other ends of lines.
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        try:
            told = json.loads(line.decode("utf-8-sig"))
            place, record = (told["delivery_id"], told["line"]), told["record"]
        except (ValueError, KeyError, TypeError) as error:
            raise _not_exported(where, f"{type(error).__name__}: {error}") from error
        if [type(part) for part in (*place, record)] != [str, int, str]:
            raise _not_exported(where, "delivery_id and record are text, line is a number")
        if place in repairs:
            raise UsageError(
                f"{where}: line {place[1]} of delivery {place[0]} stands in"
                f" {repairs[place].where} already.",
                "Keep one of the two.",
            )
        repairs[place] = Repair(where, record)
    return repairs


def _not_exported(where: str, why: str) -> UsageError:
    return UsageError(
        f"{where}: this is no line as `onemart quarantine` writes it ({why}).",
        "Keep delivery_id and line as they are and change the text of record only.",
    )


def _open_lines(gate: Gate, contract: Contract, original: str | None) -> list[dict[str, Any]]:
    of_delivery = "true"
    if original is not None:
        of_delivery = f"delivery_id = {gate.warehouse.dialect.literal(original)}"
    return gate.warehouse.dicts(
        f"""
        select delivery_id, line, file_name, reasons, record, repaired_record
        from {quarantine_name(gate.warehouse, contract)}
        where state = 'open' and {of_delivery}
        order by delivery_id, line
        """
    )


def _change_lines(
    warehouse: Warehouse, contract: Contract, lines: str, changes: Mapping[str, str]
) -> None:
    """Set columns of open lines of the quarantine; `lines` selects delivery_id, line and values."""
    warehouse.run(
        f"""
        merge into {quarantine_name(warehouse, contract)} as kept
        using ({lines}) as told
        on kept.delivery_id = told.delivery_id and kept.line = told.line
        when matched then update set
            {", ".join(f"{column} = {value}" for column, value in changes.items())}
        """
    )


def _reopen_undecided(warehouse: Warehouse, contract: Contract) -> None:
    """Open lines again that a broken-off replay or waiver decided on: the ledger has no row of it.

    A warehouse with transactions has none of them.
    """
    dialect = warehouse.dialect
    undone = (
        f"select delivery_id, line from {quarantine_name(warehouse, contract)}"
        " where state <> 'open' and decided_by is not null and decided_by not in"
        f" (select delivery_id from {warehouse.table('ops', 'delivery_log')})"
    )
    with warehouse.publication():
        _change_lines(
            warehouse,
            contract,
            undone,
            {
                "state": "'open'",
                "decided_at": dialect.value(None, "timestamp"),
                "decision": dialect.value(None, "varchar"),
                "decided_by": dialect.value(None, "varchar"),
            },
        )


def replay(
    gate: Gate, contract: Contract, *, original: str | None, repairs: dict[Place, Repair]
) -> list[Replayed]:
    """Take the feed's open lines through the gate again.

    Parameters
    ----------
    original : str or None
        Only the lines of this delivery.
    repairs : dict
        Repaired records by delivery and line; those that are as they were change nothing.

    Raises
    ------
    UsageError
        If a repair names a line that is not open in quarantine, or cannot be one of the feed's.
    """
    gate.warehouse.label(feed=contract.table, step="replay")
    _reopen_undecided(gate.warehouse, contract)
    rows = _open_lines(gate, contract, original)
    _keep_repairs(gate, contract, rows, repairs)
    deliveries: dict[str, list[tuple[int, bytes]]] = {}
    for row in _open_lines(gate, contract, original):
        given = (row["line"], row["repaired_record"] or row["record"])
        deliveries.setdefault(row["delivery_id"], []).append(given)
    return [_replay_one(gate, contract, name, lines) for name, lines in deliveries.items()]


def _keep_repairs(
    gate: Gate, contract: Contract, rows: list[dict[str, Any]], repairs: dict[Place, Repair]
) -> None:
    shown = {(row["delivery_id"], row["line"]): _shown(contract, row) for row in rows}
    changed: list[dict[str, Any]] = []
    for (name, line), repair in repairs.items():
        if (name, line) not in shown:
            raise UsageError(
                f"{repair.where}: line {line} of delivery {name} is not open in the quarantine of"
                f" {contract.id}.",
                "Export again with `onemart quarantine`.",
            )
        if repair.record != shown[name, line]:
            record = _encoded(contract, repair)
            changed.append({"delivery_id": name, "line": line, "record": record})
    if changed:
        _write_repairs(gate.warehouse, contract, changed)


def _write_repairs(warehouse: Warehouse, contract: Contract, repairs: list[dict[str, Any]]) -> None:
    """Put repaired records beside those that came, by way of a table: they can be long and many."""
    columns = [("delivery_id", pa.string()), ("line", pa.int64()), ("record", pa.binary())]
    table = pa.Table.from_pylist(repairs, pa.schema(columns))
    name = f"repairs_{contract.table}"
    warehouse.load("landing", name, iter(table.to_batches()), table.schema)
    repaired = warehouse.table("landing", name)
    with warehouse.publication():
        selected = f"select delivery_id, line, record from {repaired}"
        _change_lines(warehouse, contract, selected, {"repaired_record": "told.record"})
    warehouse.run(f"drop table {repaired}")


def _encoded(contract: Contract, repair: Repair) -> bytes:
    if not repair.record.strip():
        raise UsageError(
            f"{repair.where}: the record is empty.",
            "To give a line up, take it out of this file and use `onemart waive`.",
        )
    encoding = _encoding(contract)
    try:
        return repair.record.encode(encoding)
    except UnicodeEncodeError as error:
        letter = ascii(repair.record[error.start])
        raise UsageError(
            f"{repair.where}: character {error.start + 1} of the record, {letter}, does not exist"
            f" in {encoding}, the encoding of {contract.id}.",
            "Write it otherwise.",
        ) from error


def _original(gate: Gate, contract: Contract, name: str) -> tuple[Delivery, list[str]]:
    """Return the delivery that the lines came with, and the columns of its file."""
    log = gate.warehouse.table("ops", "delivery_log")
    periods = gate.warehouse.table("ops", "delivery_periods")
    row = gate.warehouse.dicts(f"select * from {log} where delivery_id = ?", [name])[0]
    period = gate.warehouse.value(
        f"select min(period) as period from {periods} where delivery_id = ?", [name]
    )
    by_name = contract.deliveries.period_group is not None
    delivery = Delivery(
        id=name,
        shop=gate.shop.name,
        contract=contract,
        path=gate.project.root / row["file_path"],
        file_name=row["file_name"],
        sha256=row["sha256"],
        bytes=row["bytes"],
        period=period if by_name else None,
        order=row["declared_order"],
        started_at=now(),
    )
    return delivery, list(row["file_columns"])


def _replay_one(
    gate: Gate, contract: Contract, name: str, lines: list[tuple[int, bytes]]
) -> Replayed:
    warehouse, literal = gate.warehouse, gate.warehouse.dialect.literal
    delivery, header = _original(gate, contract, name)
    table = parse_records(lines, contract, header, as_json=contract.format != "csv")
    drop_staged(warehouse, delivery)
    warehouse.load("landing", delivery.text_table, iter(table.to_batches()), table.schema)
    type_lines(warehouse, delivery)
    audit = audit_lines(warehouse, delivery, gate.great_expectations, whole_file=False)
    key = read_key(gate.project) if any(column.hashed for column in contract.columns) else b""
    passed = f"select good._line from {delivery.good(warehouse)} as good"
    accepted, control = warehouse.rows(
        "select count(*) as accepted, coalesce(sum(_control), 0) as control"
        f" from {delivery.lines(warehouse)} where _line in ({passed})"
    )[0]
    came_with = warehouse.value(
        "select coalesce(sum(control_amount), 0) as control"
        f" from {quarantine_name(warehouse, contract)}"
        f" where delivery_id = {literal(name)} and line in ({passed})"
    )
    with warehouse.publication():
        _explain_again(warehouse, delivery)
        if accepted and audit.rejection is None:
            row = _moved(gate, delivery, "replay", accepted, (control, came_with))
            these = f"_delivery_id = {literal(name)} and _line in ({passed})"
            copy_to_raw(warehouse, delivery, key, instead_of=these, expected=accepted)
            relate(warehouse, delivery, row)
            record_validation(warehouse, row["delivery_id"], contract, audit)
            _decide(warehouse, contract, passed, row, "replayed")
            record(warehouse, row)
    drop_staged(warehouse, delivery)
    if audit.rejection is not None:
        raise UsageError(audit.rejection[1])
    return Replayed(delivery.file_name, name, accepted, len(lines) - accepted)


def _moved(
    gate: Gate, delivery: Delivery, kind: str, records: int, control: tuple[Any, Any]
) -> dict[str, Any]:
    """Return the ledger's row for lines that leave quarantine.

    Parameters
    ----------
    control : tuple
        Their money as it leaves, and as it was when they came; a repair can change it.
    """
    log = gate.warehouse.table("ops", "delivery_log")
    attempt = gate.warehouse.value(
        f"select count(*) as moved from {log} where original_delivery_id = ?", [delivery.id]
    )
    row = ledger_row(delivery, Balance())
    row |= {
        "delivery_id": delivery_id(delivery.contract, delivery.file_name, delivery.id, attempt),
        "kind": kind,
        "original_delivery_id": delivery.id,
        "records_moved": records,
        "control_moved": control[0],
        "control_released": control[1],
    }
    number_row(gate.warehouse, row)
    return row


def _decide(
    warehouse: Warehouse, contract: Contract, lines: str, row: dict[str, Any], state: str
) -> None:
    """Let open lines of the row's delivery leave quarantine; `lines` selects their numbers."""
    literal = warehouse.dialect.literal
    chosen = (
        f"select delivery_id, line from {quarantine_name(warehouse, contract)}"
        f" where delivery_id = {literal(row['original_delivery_id'])} and state = 'open'"
        f" and line in ({lines})"
    )
    changes = {"state": literal(state), "decided_at": literal(now())}
    if row.get("reason"):
        changes["decision"] = literal(row["reason"])
    changes["decided_by"] = literal(row["delivery_id"])
    _change_lines(warehouse, contract, chosen, changes)


def _explain_again(warehouse: Warehouse, delivery: Delivery) -> None:
    """Let the lines that stay open show what is wrong with them now."""
    this = warehouse.dialect.literal(delivery.id)
    _change_lines(
        warehouse,
        delivery.contract,
        f"select {this} as delivery_id, _line as line, reasons"
        f" from ({explained(warehouse, delivery)}) as bad",
        {"reasons": "told.reasons"},
    )


def waive(gate: Gate, contract: Contract, *, original: str, lines: Iterable[int], why: str) -> int:
    """Give up open lines of a delivery for good, and return how many; the reason is kept.

    Raises
    ------
    UsageError
        If none of the lines is open, or no reason is given.
    """
    if not why.strip():
        raise UsageError("A waiver needs a reason.", "Say it with --why.")
    gate.warehouse.label(feed=contract.table, step="waive")
    _reopen_undecided(gate.warehouse, contract)
    literal = gate.warehouse.dialect.literal
    wanted = sorted(set(lines))
    chosen = (
        f"select line from {quarantine_name(gate.warehouse, contract)}"
        f" where delivery_id = {literal(original)} and state = 'open'"
        + (f" and line in ({', '.join(map(str, wanted))})" if wanted else "")
    )
    count, control = gate.warehouse.rows(
        "select count(*) as lines, coalesce(sum(control_amount), 0) as control"
        f" from {quarantine_name(gate.warehouse, contract)}"
        f" where delivery_id = {literal(original)} and line in ({chosen})"
    )[0]
    if not count:
        raise UsageError(f"No such line of delivery {original} is open in {contract.id}.")
    delivery, _ = _original(gate, contract, original)
    with gate.warehouse.publication():
        row = _moved(gate, delivery, "waiver", count, (control, control))
        row["reason_code"], row["reason"] = "waived", why
        _decide(gate.warehouse, contract, chosen, row, "waived")
        record(gate.warehouse, row)
    return int(count)
