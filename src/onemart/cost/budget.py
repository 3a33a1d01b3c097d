"""The budget: how many bytes of each row a model may read, table by table.

It is declared in `benchmarks/bytes_budget.csv` and held by a test on what the models really sent.
Bytes a row do not depend on how many rows there are, so a small run shows them and a large one
follows from them. Only tables that come of what is delivered are in it: the others do not grow.
"""

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from onemart.errors import UsageError
from onemart.project import Project

__all__ = ["DAILY", "TESTS", "WHOLE", "Share", "read_budget", "write_budget"]

WHOLE, DAILY = "whole", "daily"
# Under this name stands what all data tests read together.
TESTS = "data tests"
_EVERY_DAY = "all"


@dataclass(frozen=True, order=True)
class Share:
    """What a model reads of a table.

    Attributes
    ----------
    model : str
        The model's name, or `data tests`.
    run : str
        `whole`: its first build and a full refresh. `daily`: a run after deliveries.
    table : str
        The table's name as `schema.table`.
    bytes_per_row : float
        Bytes of a row of the table that the model reads, at most.
    more_days : int or None
        Days read beyond those that a delivery touches; None where all days are read.
    """

    model: str
    run: str
    table: str
    bytes_per_row: float
    more_days: int | None


def _path(project: Project) -> Path:
    return project.root / "benchmarks" / "bytes_budget.csv"


def read_budget(project: Project) -> list[Share]:
    """Return the declared budget.

    Raises
    ------
    UsageError
        If the file is not there, or a line of it is no share.
    """
    path = _path(project)
    if not path.is_file():
        raise UsageError(f"There is no {path}.", "It belongs to the clone: git restore it.")
    shares = []
    with path.open(newline="", encoding="utf-8") as lines:
        for number, line in enumerate(csv.DictReader(lines), start=2):
            try:
                days = line["more_days"]
                shares.append(
                    Share(
                        line["model"],
                        {WHOLE: WHOLE, DAILY: DAILY}[line["run"]],
                        line["table"],
                        float(line["bytes_per_row"]),
                        None if days == _EVERY_DAY else int(days),
                    )
                )
            except (KeyError, TypeError, ValueError) as error:
                raise UsageError(
                    f"{path}:{number} is no line of a budget ({error}).",
                    "'make budget' writes the file anew.",
                ) from error
    return shares


def write_budget(project: Project, shares: Iterable[Share]) -> None:
    """Declare a budget, in an order that diffs well."""
    with _path(project).open("w", newline="", encoding="utf-8") as lines:
        names = [field.name for field in fields(Share)]
        writer = csv.DictWriter(lines, names, lineterminator="\n")
        writer.writeheader()
        for share in sorted(shares, key=lambda one: (one.model, one.run, one.table)):
            told = asdict(share)
            told["more_days"] = _EVERY_DAY if share.more_days is None else share.more_days
            writer.writerow(told)
