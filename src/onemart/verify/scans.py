"""What a daily run reads at BigQuery: the days that were touched, and nobody's whole table.

`python -m onemart.verify.scans` looks at what `make parity` recorded. Whatever a model sends after
its first build has to say by constants which days of a partitioned table it means. A model that is
rebuilt whole may read a table whole if its meta says why: `reads_whole: "<why>"`. And no model puts
all rows in one order, which BigQuery does on one machine.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from onemart.console import complain, console, figures, say
from onemart.errors import OnemartError
from onemart.project import find_project
from onemart.verify.pruning import Catalog, Relation, path_of, scan
from onemart.verify.record import Job, Record, open_record

__all__ = ["Scans", "look"]

_DDL = ("create", "alter", "drop")


@dataclass
class Scans:
    """What the models of a record read.

    Attributes
    ----------
    pruned : dict of str to set of str
        By model, the partitioned tables of which it names the days.
    whole : dict of str to set of str
        By model, the partitioned tables that it reads whole, as its meta says.
    problems : list of str
        A sentence for each read or order that should not be.
    """

    pruned: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    whole: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    problems: list[str] = field(default_factory=list)


def look(record: Record) -> Scans:
    """Return what the models of a record read, and what they should not have."""
    catalog, models = Catalog(), record.nodes("model")
    built: set[tuple[str, str]] = set()
    found = Scans()
    for job in record.jobs():
        if job.error:
            continue
        if job.load:
            columns = tuple(column["name"].lower() for column in job.load["schema"])
            path = ".".join(job.load["table"].split(".")[-2:]).lower()
            before = catalog.get(path, Relation())
            catalog[path] = Relation(columns, before.partition)
            continue
        model = models.get(job.node)
        # The first statements of a shop's incremental model fill it; it may read all there is.
        is_first = (job.shop, job.node) not in built
        for statement in _parsed(job, found, is_needed=model is not None):
            if model is not None:
                _look_at(statement, catalog, model, found, is_first=is_first)
                if isinstance(statement, exp.Create) and path_of(
                    statement.this.find(exp.Table)
                ).endswith(f".{model['alias']}"):
                    built.add((job.shop, job.node))
            catalog.learn(statement)
    for name, model in models.items():
        if _reads_whole(model) and name not in found.whole:
            found.problems.append(
                f"{model['name']} says in its meta reads_whole, but reads no partitioned table"
                " whole: take the words out."
            )
    found.problems = list(dict.fromkeys(found.problems))
    return found


def _parsed(job: Job, found: Scans, *, is_needed: bool) -> Iterator[exp.Expr]:
    if not (is_needed or job.body.lower().startswith(_DDL)):
        return
    try:
        yield from filter(None, sqlglot.parse(job.body, read="bigquery"))
    except SqlglotError as error:
        if is_needed:
            found.problems.append(f"{job.node}: sqlglot cannot read its statement: {error}")


def _look_at(
    statement: exp.Expr,
    catalog: Catalog,
    model: Mapping[str, Any],
    found: Scans,
    *,
    is_first: bool,
) -> None:
    name, unique_id = model["name"], model["unique_id"]
    is_incremental = model["config"]["materialized"] == "incremental"
    scanned = scan(statement, catalog)
    # A question to the warehouse gives few rows, and may have them in order.
    sorts = [] if isinstance(statement, exp.Select) else scanned.sorts
    found.problems += [f"{name} sorts all its rows: {part}." for part in sorts]
    for read in scanned.reads:
        if read.partition is None:
            continue
        if not read.is_whole:
            found.pruned[unique_id].add(read.table)
        elif is_incremental and is_first:
            continue
        elif not is_incremental and _reads_whole(model):
            found.whole[unique_id].add(read.table)
        else:
            todo = (
                f"compare {read.partition} with constants, which in_days() gives"
                if is_incremental
                else "name the days, make it incremental, or say why in its meta: reads_whole"
            )
            found.problems.append(f"{name} reads all of {read.table}: {todo}.")


def _reads_whole(model: Mapping[str, Any]) -> str:
    return str((model["config"].get("meta") or {}).get("reads_whole") or "")


def report(found: Scans, record: Record) -> bool:
    """Print who reads what; return whether all is as it should be."""
    for problem in found.problems:
        complain(problem, "scan")
    models = record.nodes("model")
    console.print(
        figures(
            "Partitioned tables that are read whole",
            ["model", "tables", "why"],
            [
                (models[name]["name"], ", ".join(sorted(tables)), _reads_whole(models[name]))
                for name, tables in sorted(found.whole.items())
            ],
        )
    )
    reads = sum(map(len, found.pruned.values()))
    say(f"{len(found.pruned)} models name the days they mean, in {reads} partitioned tables.")
    return not found.problems


def main() -> int:
    """Check what `make parity` recorded; 1 if a model reads or sorts more than it may."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--record", type=Path, default=find_project().root / "target/parity")
    record = open_record(parser.parse_args().record)
    return 0 if report(look(record), record) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OnemartError as error:
        complain(error)
        sys.exit(error.exit_status)
