"""The landing folder: which files are there, which are whole, and taking one to the gate.

A file is claimed by renaming it into a work folder named by its delivery. So a killed run leaves no
doubt: what lies in a work folder was at the gate, and the ledger says whether it got through.
"""

import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from onemart.feeds.contract import Contract, contract_files
from onemart.project import Shop

__all__ = [
    "Found",
    "Signature",
    "find_claimed",
    "find_files",
    "find_strangers",
    "is_regular",
    "move",
    "signature",
    "sweep",
]

_UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload")


@dataclass(frozen=True)
class Found:
    """A file in landing, or one that an earlier run left at the gate.

    Attributes
    ----------
    waiting : str
        Why it is not taken yet; empty if it is whole.
    is_denied : bool
        Whether this is the feed's folder, which may not be listed, instead of a file.
    """

    contract: Contract
    path: Path
    waiting: str = ""
    is_denied: bool = False


@dataclass(frozen=True)
class Signature:
    """What changes when somebody writes to a file."""

    size: int
    modified_ns: int
    inode: int


def signature(path: Path) -> Signature:
    """Return the signature of the file itself, not of what it links to."""
    found = path.lstat()
    return Signature(found.st_size, found.st_mtime_ns, found.st_ino)


def find_files(shop: Shop, contract: Contract) -> Iterator[Found]:
    """Yield the feed's files in landing by name; hidden and unfinished ones are no deliveries.

    A folder that is a link could lead out of landing; it is not followed, but told as a stranger.
    """
    folder = shop.landing / contract.source / contract.feed
    if folder.is_symlink() or folder.parent.is_symlink():
        return
    try:
        if folder.is_dir():
            yield from [
                Found(contract, path, _why_waiting(path, contract))
                for path in sorted(folder.iterdir())
                if _is_delivery(path, contract)
            ]
    except PermissionError:
        yield Found(contract, folder, is_denied=True)


def _is_delivery(path: Path, contract: Contract) -> bool:
    told = contract.deliveries
    if path.name.startswith(".") or (path.is_dir() and not path.is_symlink()):
        return False
    return told.complete != "marker" or not path.name.endswith(told.marker_suffix)


def _why_waiting(path: Path, contract: Contract) -> str:
    told = contract.deliveries
    if path.suffix in _UNFINISHED:
        return f"still being written: its name ends in {path.suffix}"
    if told.complete == "marker":
        marker = path.with_name(path.name + told.marker_suffix)
        return "" if marker.is_file() else f"no {marker.name} beside it says that it is whole"
    if told.complete == "quiet":
        try:
            age = time.time() - path.lstat().st_mtime
        except FileNotFoundError:
            return "it was taken away before its turn"
        if age < told.quiet_seconds:
            return f"changed {age:.0f} s ago; it is taken after {told.quiet_seconds:.0f} quiet s"
    return ""


def find_claimed(shop: Shop, contract: Contract) -> Iterator[Found]:
    """Yield the feed's files that an earlier run left at the gate."""
    folder = shop.work / contract.source / contract.feed
    if folder.is_dir():
        for path in sorted(folder.glob("*/*")):
            yield Found(contract, path)


def find_strangers(shop: Shop, contracts: Path) -> list[Path]:
    """Return the folders and files in landing that belong to no contract, and linked folders."""
    known = {(path.parent.name, path.stem) for path in contract_files(contracts)}
    strangers = []
    if shop.landing.is_dir():
        for source in sorted(shop.landing.iterdir()):
            if source.name.startswith("."):
                continue
            if not source.is_dir() or source.is_symlink():
                strangers.append(source)
                continue
            strangers += [
                feed
                for feed in sorted(source.iterdir())
                if ((source.name, feed.name) not in known or feed.is_symlink())
                and not feed.name.startswith(".")
            ]
    return strangers


def is_regular(path: Path) -> bool:
    """Tell whether this is a file of its own, not a link, a pipe or a device."""
    return stat.S_ISREG(path.lstat().st_mode)


def move(path: Path, folder: Path) -> Path:
    """Move the file into `folder` by one rename, and drop work folders left empty."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    try:
        path.replace(target)
    except OSError:
        with suppress(OSError):
            folder.rmdir()
        raise
    return target


def sweep(shop: Shop, contract: Contract) -> None:
    """Drop the empty work folders of files that were moved on."""
    for folder in (shop.work / contract.source / contract.feed).glob("*"):
        with suppress(OSError):
            folder.rmdir()
