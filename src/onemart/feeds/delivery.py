"""One file at the gate, and what its name declares."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from onemart.feeds.contract import Contract
from onemart.feeds.look import Unreadable
from onemart.warehouse.base import Warehouse

__all__ = ["SNAPSHOT", "Delivery", "Staged", "delivery_id", "name_says", "sortable"]

SNAPSHOT = "snapshot"
"""The only period of a full snapshot: each delivery replaces the one before."""


def delivery_id(contract: Contract, file_name: str, sha256: str, attempt: int) -> str:
    """Return the id of the delivery: the same file at the same attempt has the same id."""
    told = "\n".join([contract.id, file_name, sha256, str(attempt)])
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def sortable(value: str | None) -> str | None:
    """Return `value` such that text order is its order: digits are padded, dates stay."""
    return value.zfill(20) if value and value.isdecimal() else value


@dataclass(frozen=True)
class Delivery:
    """A file at the gate.

    Attributes
    ----------
    id : str
        16 hexadecimal digits, also the name of its tables in `landing`.
    sha256, bytes : str, int
        Of the file as delivered.
    period, order : str or None
        What the file's name declares, where the contract says that it does.
    """

    id: str
    shop: str
    contract: Contract
    path: Path
    file_name: str
    sha256: str
    bytes: int
    period: str | None
    order: str | None
    started_at: datetime

    def file_path(self, status: str) -> str:
        """Return where the file ends, below the project's root."""
        base = "rejected" if status == "rejected" else "archive"
        contract = self.contract
        folder = f"{base}/{self.shop}/{contract.source}/{contract.feed}/{self.id}"
        return f"{folder}/{self.file_name}"

    def lines(self, warehouse: Warehouse) -> str:
        """Return the table with every line of the file, typed where readable."""
        return warehouse.table("landing", f"{self.readable_table}__lines")

    def text(self, warehouse: Warehouse) -> str:
        """Return the table with every record of the file as it came."""
        return warehouse.table("landing", self.text_table)

    def bad(self, warehouse: Warehouse) -> str:
        """Return the table with a row per bad line and reason."""
        return warehouse.table("landing", self.bad_table)

    def readable(self, warehouse: Warehouse) -> str:
        """Return the view on the lines that are readable; Great Expectations sees this one."""
        return warehouse.table("landing", self.readable_table)

    def good(self, warehouse: Warehouse) -> str:
        """Return the readable lines that are not bad, as a relation in brackets."""
        # Each column names its table: the emulator takes one that does not for the target's where
        # this stands in a condition of MERGE.
        bad = f"select bad._line from {self.bad(warehouse)} as bad"
        readable = f"{self.readable(warehouse)} as readable"
        return f"(select readable.* from {readable} where readable._line not in ({bad}))"

    @property
    def readable_table(self) -> str:
        """The name in `landing` that all of the delivery's tables begin with."""
        return f"d_{self.id}"

    @property
    def text_table(self) -> str:
        """The name in `landing` of the records as they came."""
        return f"{self.readable_table}__text"

    @property
    def bad_table(self) -> str:
        """The name in `landing` of the bad lines."""
        return f"{self.readable_table}__bad"


@dataclass(frozen=True)
class Staged:
    """A delivery in `landing`.

    Attributes
    ----------
    header : list of str
        The file's columns, in its order.
    records : int
        Records in the file.
    notes : tuple of str
        What is unusual, but no reason to refuse the file.
    """

    header: list[str]
    records: int
    notes: tuple[str, ...]


def name_says(contract: Contract, file_name: str) -> tuple[str | None, str | None]:
    """Return the period and the order that a file's name declares.

    Raises
    ------
    Unreadable
        If the name does not look as the contract says.
    """
    told = contract.deliveries
    if told.file_name is None:
        return None, None
    match = told.file_name.fullmatch(file_name)
    if match is None:
        raise Unreadable(
            "unexpected_file_name",
            f"{file_name} does not look like {told.file_name.pattern}, which the contract asks for."
            " Rename the file, or ask whether it belongs to another feed.",
        )
    period = match[told.period_group] if told.period_group else None
    order = match[told.order_group] if told.order_group else None
    if period and period.isdecimal() and not _is_text(contract, told.period_column):
        period = str(int(period))
    return period, sortable(order)


def _is_text(contract: Contract, column: str | None) -> bool:
    return any(found.name == column and not found.type.pattern for found in contract.columns)
