"""One process at a time at a shop's gate."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import filelock

from onemart.disk import explain_disk
from onemart.errors import WarehouseLockedError
from onemart.project import Shop
from onemart.warehouse.base import LOCK_TIMEOUT_SECONDS

__all__ = ["hold_gate"]


@contextmanager
def hold_gate(shop: Shop, command: str, *, timeout: float = LOCK_TIMEOUT_SECONDS) -> Iterator[None]:
    """Let one process at a time through the shop's gate.

    Raises
    ------
    WarehouseLockedError
        If another one is still at it after `timeout` seconds; says which and since when.
    """
    with explain_disk(f"The gate of shop {shop.name}"):
        shop.lock.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(str(shop.lock))
        try:
            lock.acquire(timeout=timeout)
        except filelock.Timeout as error:
            raise WarehouseLockedError(
                f"{_holder_told(shop)} at the gate of shop {shop.name}.",
                f"Waited {timeout:.0f} s. Let it finish and run this again.",
            ) from error
    told = _holder_file(shop)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        # Only a courtesy to those who wait: a full disk must not end the run here.
        with suppress(OSError):
            told.write_text(json.dumps({"command": command, "pid": os.getpid(), "since": since}))
        yield
    finally:
        with suppress(OSError):
            told.unlink()
        lock.release()


def _holder_file(shop: Shop) -> Path:
    return shop.lock.with_suffix(".json")


def _holder_told(shop: Shop) -> str:
    """Say who holds the gate; the note may be half written, or gone by now."""
    try:
        told = json.loads(_holder_file(shop).read_text())
        return f"'{told['command']}', process {told['pid']}, since {told['since']}, is"
    except (OSError, ValueError, KeyError, TypeError):
        return "Another process is"
