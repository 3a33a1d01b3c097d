"""Replay: quarantined lines once more, after the contract or the lines were repaired.

A line that passes goes to raw under the delivery and the line that it came with, so periods, keys
and order hold as if it had been right at once. The ledger gets a row of its own that says how much
moved; the delivery's own counts stay as they were.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onemart.errors import UsageError
from onemart.feeds.audit import audit_lines
from onemart.feeds.contract import Contract
from onemart.feeds.delivery import Delivery, delivery_id
from onemart.feeds.gate import Gate
from onemart.feeds.pii import read_key
from onemart.feeds.publish import (
    Balance,
    copy_to_raw,
    ledger_row,
    record,
    record_validation,
    relate,
)
from onemart.feeds.records import parse_records
from onemart.feeds.sql import literal
from onemart.feeds.staging import drop_staged, stage_text_table, type_lines
from onemart.feeds.tables import quarantine_name
from onemart.feeds.warehouse import now

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
    return gate.warehouse.dicts(
        f"""
        select delivery_id, line, file_name, reasons, record, repaired_record
        from {quarantine_name(contract)}
        where state = 'open' and (cast($1 as varchar) is null or delivery_id = $1)
        order by delivery_id, line
        """,
        [original],
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
    changed = []
    for (name, line), repair in repairs.items():
        if (name, line) not in shown:
            raise UsageError(
                f"{repair.where}: line {line} of delivery {name} is not open in the quarantine of"
                f" {contract.id}.",
                "Export again with `onemart quarantine`.",
            )
        if repair.record != shown[name, line]:
            changed.append([_encoded(contract, repair), name, line])
    with gate.warehouse.transaction():
        for values in changed:
            gate.warehouse.run(
                f"update {quarantine_name(contract)} set repaired_record = ?"
                " where delivery_id = ? and line = ? and state = 'open'",
                values,
            )


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
    row = gate.warehouse.dicts("select * from ops.delivery_log where delivery_id = ?", [name])[0]
    period = gate.warehouse.rows(
        "select min(period) from ops.delivery_periods where delivery_id = ?", [name]
    )[0][0]
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
    warehouse = gate.warehouse
    delivery, header = _original(gate, contract, name)
    table = parse_records(lines, contract, header, as_json=contract.format != "csv")
    drop_staged(warehouse, delivery)
    with warehouse.transaction():
        stage_text_table(warehouse, delivery, iter(table.to_batches()))
    type_lines(warehouse, delivery)
    audit = audit_lines(warehouse, delivery, gate.great_expectations, whole_file=False)
    key = read_key(gate.project) if any(column.hashed for column in contract.columns) else b""
    passed = f"(select * from {delivery.lines} where _is_readable) anti join {delivery.bad}"
    accepted, control = warehouse.rows(
        f"select count(*), coalesce(sum(_control), 0) from {passed} using (_line)"
    )[0]
    with warehouse.transaction():
        if accepted and audit.rejection is None:
            copy_to_raw(warehouse, delivery, f"{passed} using (_line)", key)
            released = f"select _line from {passed} using (_line)"
            came_with = warehouse.value(
                f"select coalesce(sum(control_amount), 0) from {quarantine_name(contract)}"
                f" where delivery_id = {literal(name)} and line in ({released})"
            )
            row = _moved(gate, delivery, "replay", accepted, (control, came_with))
            record(warehouse, row)
            relate(warehouse, delivery, row)
            record_validation(warehouse, row["delivery_id"], contract, audit)
            _decide(gate, contract, name, released, "replayed")
        _explain_again(gate, delivery)
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
    attempt = gate.warehouse.value(
        "select count(*) from ops.delivery_log where original_delivery_id = ?", [delivery.id]
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
    return row


def _decide(gate: Gate, contract: Contract, name: str, lines: str, state: str) -> None:
    gate.warehouse.run(
        f"update {quarantine_name(contract)} set state = ?, decided_at = ?"
        f" where delivery_id = ? and state = 'open' and line in ({lines})",
        [state, now(), name],
    )


def _explain_again(gate: Gate, delivery: Delivery) -> None:
    """Let the lines that stay open show what is wrong with them now."""
    reasons = "reason || coalesce(': ' || shown, '')"
    gate.warehouse.run(
        f"""
        update {quarantine_name(delivery.contract)} as kept
        set reasons = bad.reasons
        from (
            select _line, list(distinct {reasons} order by {reasons}) as reasons
            from {delivery.bad} group by _line
        ) as bad
        where kept.delivery_id = {literal(delivery.id)} and kept.line = bad._line
            and kept.state = 'open'
        """
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
    wanted = sorted(set(lines))
    chosen = f"line in ({', '.join(map(str, wanted))})" if wanted else "true"
    where = f"delivery_id = {literal(original)} and state = 'open' and {chosen}"
    table = quarantine_name(contract)
    count, control = gate.warehouse.rows(
        f"select count(*), coalesce(sum(control_amount), 0) from {table} where {where}"
    )[0]
    if not count:
        raise UsageError(f"No such line of delivery {original} is open in {contract.id}.")
    delivery, _ = _original(gate, contract, original)
    with gate.warehouse.transaction():
        row = _moved(gate, delivery, "waiver", count, (control, control))
        row["reason_code"], row["reason"] = "waived", why
        record(gate.warehouse, row)
        gate.warehouse.run(
            f"update {table} set state = 'waived', decided_at = ?, decision = ? where {where}",
            [now(), why],
        )
    return int(count)
