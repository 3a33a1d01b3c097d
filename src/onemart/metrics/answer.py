"""Answers for the terminal and for files."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv, parquet

from onemart.errors import UsageError

__all__ = ["rounded", "short_names", "write_answer"]

_DECIMALS = 4
_WRITERS = {".csv": csv.write_csv, ".parquet": parquet.write_table}


def short_names(names: Sequence[str]) -> list[str]:
    """Return the names of columns without what stands before them, where none is meant twice."""
    short = [name.rsplit("__", 1)[-1] for name in names]
    return [one if short.count(one) == 1 else name for one, name in zip(short, names, strict=True)]


def rounded(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return the rows as people read them: fractions with at most four decimals."""
    return [[_rounded(value) for value in row] for row in rows]


def _rounded(value: Any) -> Any:
    if isinstance(value, Decimal):
        return round(value, 2) if value == round(value, 2) else round(value, _DECIMALS)
    return round(value, _DECIMALS) if isinstance(value, float) else value


def write_answer(path: Path, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write an answer to a CSV or Parquet file.

    Raises
    ------
    UsageError
        If the name ends otherwise, or the file cannot be written.
    """
    if path.suffix not in _WRITERS:
        raise UsageError(f"'{path.name}' ends neither in .csv nor in .parquet.", "Name it so.")
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    table = pa.table({name: list(values) for name, values in zip(names, columns, strict=True)})
    try:
        _WRITERS[path.suffix](table, path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error}.", "Name another with --to."
        ) from error
