"""The first look at a delivery: its bytes, before anything is believed about them."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = [
    "BYTE_ORDER_MARK",
    "Look",
    "Unreadable",
    "damaged_parquet",
    "hash_file",
    "look_at",
    "open_bytes",
]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CHUNK = 4 << 20


class Unreadable(Exception):
    """The file as a whole cannot be taken.

    Parameters
    ----------
    code : str
        Short name of the reason, for the ledger.
    reason : str
        What is wrong, where, and what to do.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True)
class Look:
    """What the bytes say.

    Attributes
    ----------
    lines : int
        Physical lines of a text file, counted from the bytes alone.
    rows : int
        Rows of a Parquet file, as its footer counts them.
    notes : tuple of str
        What is unusual, but no reason to refuse the file.
    """

    lines: int
    rows: int
    notes: tuple[str, ...]


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for its content, decompressed where its name ends in .gz.

    Raises
    ------
    Unreadable
        If the compressed content is cut off or damaged.
    """
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rb") as content:
                yield cast(IO[bytes], content)
        else:
            with path.open("rb") as content:
                yield content
    except EOFError as error:
        raise Unreadable(
            "truncated_gzip",
            f"{path.name} ends in the middle of its gzip stream: the transfer was cut off."
            " Ask for the file again.",
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Unreadable(
            "damaged_gzip",
            f"{path.name} is no intact gzip file ({error}). Ask for the file again, or remove .gz"
            " from its name if it is not compressed.",
        ) from error


def hash_file(path: Path) -> str:
    """Return the SHA-256 of the file as delivered (compressed, if it is), hexadecimal."""
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def look_at(path: Path, *, is_text: bool) -> Look:
    """Count the lines or rows of a file and look for what it must not hold.

    Raises
    ------
    Unreadable
        If the file is empty, UTF-16, or its compression or its Parquet footer is damaged.
    """
    if path.stat().st_size == 0:
        raise Unreadable(
            "empty_file", f"{path.name} is empty (0 bytes). A delivery without rows has a header."
        )
    if not is_text:
        return Look(0, _count_rows(path), ())
    lines, notes = _count_lines(path)
    return Look(lines, 0, notes)


def _count_rows(path: Path) -> int:
    # Opened here, because Arrow takes no file name that is not UTF-8.
    with path.open("rb") as content:
        try:
            return int(pq.read_metadata(content).num_rows)
        except (pa.ArrowException, OSError) as error:
            raise damaged_parquet(path, error) from error


def damaged_parquet(path: Path, error: Exception) -> Unreadable:
    """Say that the file is no intact Parquet file."""
    return Unreadable(
        "damaged_parquet",
        f"{path.name} is no intact Parquet file ({str(error).splitlines()[0][:200]})."
        " It may have been cut off in transfer: ask for the file again.",
    )


def _count_lines(path: Path) -> tuple[int, tuple[str, ...]]:
    unix = windows = old_mac = 0
    last = b""
    notes = []
    with open_bytes(path) as content:
        for position, chunk in enumerate(iter(lambda: content.read(_CHUNK), b"")):
            if position == 0:
                if chunk.startswith(_UTF_16_MARKS) or chunk[:200].count(0) > 20:
                    raise Unreadable(
                        "utf_16",
                        f"{path.name} is UTF-16 text. The contract asks for UTF-8:"
                        " ask for an export as UTF-8 or convert the file.",
                    )
                if chunk.startswith(BYTE_ORDER_MARK):
                    notes.append("starts with a byte order mark, which was skipped")
            pairs = chunk.count(b"\r\n")
            # A pair may be cut by the edge of two chunks.
            cut = int(last == b"\r" and chunk.startswith(b"\n"))
            windows += pairs + cut
            unix += chunk.count(b"\n") - pairs - cut
            old_mac += chunk.count(b"\r") - pairs - cut
            last = chunk[-1:]
    if not last or (position == 0 and chunk == BYTE_ORDER_MARK):
        raise Unreadable("empty_file", f"{path.name} holds no text, not even a header.")
    styles = {"LF": unix, "CRLF": windows, "CR": old_mac}
    used = [f"{count} {style}" for style, count in styles.items() if count]
    if len(used) > 1:
        notes.append(f"mixes line ends ({', '.join(used)})")
    unfinished = last not in (b"\n", b"\r")
    return unix + windows + old_mac + unfinished, tuple(notes)
