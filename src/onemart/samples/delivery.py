"""Write a sample's files into the landing folder, each once."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from onemart.errors import OnemartError
from onemart.project import Shop
from onemart.warehouse.duckdb_dialect import literal

__all__ = ["Choose", "Delivered", "SampleFile", "choose_all", "deliver"]

# The gate leaves such names alone, so it never sees half a file.
UNFINISHED = ".part"
_FORMATS = {
    ".csv": "format csv, header true, timestampformat '%Y-%m-%d %H:%M:%S'",
    ".jsonl": "format json",
    ".parquet": "format parquet, compression zstd",
}


@dataclass(frozen=True)
class SampleFile:
    """A file to deliver.

    Attributes
    ----------
    feed : str
        The feed that it belongs to.
    name : str
        Its name; the suffix tells format and compression: csv, csv.gz, jsonl, jsonl.gz or parquet.
    query : str
        SQL for its rows, in a total order, so that the file is the same each time.
    """

    feed: str
    name: str
    query: str


Choose = Callable[[SampleFile], SampleFile | None]
"""Told each file of a sample; returns what to deliver in its place, None to leave it out."""


def choose_all(file: SampleFile) -> SampleFile:
    """Deliver every file as it is."""
    return file


@dataclass(frozen=True)
class Delivered:
    """What became of a sample's files.

    Attributes
    ----------
    written : tuple of pathlib.Path
        Files that lie in the landing folder now.
    kept : tuple of str
        Names of files that the shop already had: landed, archived or rejected.
    """

    written: tuple[Path, ...]
    kept: tuple[str, ...]


def is_delivered(shop: Shop, source: str, file: SampleFile) -> bool:
    """Tell whether `shop` has a file of that name: landed, at the gate, archived or rejected."""
    landed = shop.landing / source / file.feed / file.name
    if landed.exists():
        return True
    # Past the landing folder the gate may sort files into folders of its own.
    return any(
        next(folder.rglob(file.name), None) is not None
        for folder in (shop.work, shop.archive, shop.rejected)
        if folder.is_dir()
    )


def deliver(
    connection: duckdb.DuckDBPyConnection,
    files: Iterable[SampleFile],
    shop: Shop,
    source: str,
    *,
    on_file: Callable[[str], None] | None = None,
) -> Delivered:
    """Write those of `files` that `shop` does not have yet into its landing folder.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Where the queries of the files run.
    files : Iterable of SampleFile
        What to deliver.
    shop : Shop
        Whose landing folder gets it.
    source : str
        The source, which is the folder above the feeds'.
    on_file : Callable, optional
        Called with each file's name when it is written, or found to be there.

    Raises
    ------
    OnemartError
        If a file cannot be written; the files before it stay.
    """
    written: list[Path] = []
    kept: list[str] = []
    for file in files:
        if is_delivered(shop, source, file):
            kept.append(file.name)
        else:
            written.append(_write(connection, file, shop.landing / source / file.feed))
        if on_file is not None:
            on_file(file.name)
    return Delivered(tuple(written), tuple(kept))


def _write(connection: duckdb.DuckDBPyConnection, file: SampleFile, folder: Path) -> Path:
    target = folder / file.name
    unfinished = folder / (file.name + UNFINISHED)
    name = file.name.removesuffix(".gz")
    options = _FORMATS[Path(name).suffix]
    if name != file.name:
        # Spelled out, because the suffix of the unfinished file tells nothing.
        options += ", compression gzip"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        connection.execute(f"copy ({file.query}) to {literal(str(unfinished))} ({options})")
        unfinished.replace(target)
    except (OSError, duckdb.IOException) as error:
        with suppress(OSError):
            unfinished.unlink()
        raise OnemartError(
            f"{target} could not be written: {str(error).splitlines()[0]}.",
            "Check the free space and your permissions, then run the command again.",
        ) from error
    return target
