"""What a daily run reads at BigQuery: the days that were touched, and nobody's whole table.

`python -m onemart.verify.scans` looks at what `make parity` recorded. Whatever a model sends after
its first build has to say by constants which days of a partitioned table it means. A model that is
rebuilt whole may read a table whole if its meta says why: `reads_whole: "<why>"`. And no model puts
all rows in one order, which BigQuery does on one machine.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from onemart.console import complain, console, figures, say
from onemart.verify.pruning import Catalog, Relation, Scan, path_of, scan, without_shop
from onemart.verify.record import Job, Record, exit_status

__all__ = ["Scans", "Sent", "look", "report", "sent"]

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


@dataclass(frozen=True)
class Sent:
    """A statement that was sent for a node of the manifest.

    Attributes
    ----------
    job : Job
        The job that held it.
    node : Mapping
        The node.
    statement : sqlglot.exp.Expr
        The statement.
    scan : Scan
        What it reads.
    is_first : bool
        Whether it belongs to the first build of a model, which may read all there is.
    """

    job: Job
    node: Mapping[str, Any]
    statement: exp.Expr
    scan: Scan
    is_first: bool


def sent(record: Record, types: Sequence[str], unread: list[str]) -> Iterator[Sent]:
    """Yield the statements for nodes of some types; what cannot be read is told in `unread`."""
    catalog, nodes = Catalog(), record.nodes(*types)
    built: set[tuple[str, str]] = set()
    for job in record.jobs():
        if job.error:
            continue
        if job.load:
            columns = tuple(column["name"].lower() for column in job.load["schema"])
            path = ".".join(job.load["table"].split(".")[-2:]).lower()
            before = catalog.get(path, Relation())
            catalog[path] = Relation(columns, before.partition)
            continue
        node = nodes.get(job.node)
        key = job.shop, job.node
        is_first = key not in built
        for statement in _parsed(job, unread, is_needed=node is not None):
            if node is not None:
                yield Sent(job, node, statement, scan(statement, catalog), is_first)
                if _creates(statement, node["alias"]):
                    built.add(key)
            catalog.learn(statement)


def _parsed(job: Job, unread: list[str], *, is_needed: bool) -> Iterator[exp.Expr]:
    if not (is_needed or job.body.lower().startswith(_DDL)):
        return
    try:
        yield from filter(None, sqlglot.parse(job.body, read="bigquery"))
    except SqlglotError as error:
        if is_needed:
            unread.append(f"{job.node}: sqlglot cannot read its statement: {error}")


def _creates(statement: exp.Expr, alias: str) -> bool:
    if not isinstance(statement, exp.Create):
        return False
    return path_of(statement.this.find(exp.Table)).endswith(f".{alias}")


def look(record: Record) -> Scans:
    """Return what the models of a record read, and what they should not have."""
    found = Scans()
    for one in sent(record, ["model"], found.problems):
        _look_at(one, found)
    for name, model in record.nodes("model").items():
        if _reads_whole(model) and name not in found.whole:
            found.problems.append(
                f"{model['name']} says in its meta reads_whole, but reads no partitioned table"
                " whole: take the words out."
            )
    found.problems = list(dict.fromkeys(found.problems))
    return found


def _look_at(one: Sent, found: Scans) -> None:
    name, unique_id = one.node["name"], one.node["unique_id"]
    is_incremental = one.node["config"]["materialized"] == "incremental"
    # A question to the warehouse gives few rows, and may have them in order.
    sorts = [] if isinstance(one.statement, exp.Select) else one.scan.sorts
    found.problems += [f"{name} sorts all its rows: {part}." for part in sorts]
    for read in one.scan.reads:
        if read.partition is None:
            continue
        table = without_shop(read.table)
        if not read.is_whole:
            found.pruned[unique_id].add(table)
        elif is_incremental and one.is_first:
            continue
        elif not is_incremental and _reads_whole(one.node):
            found.whole[unique_id].add(table)
        else:
            todo = (
                f"compare {read.partition} with constants, which in_days() gives"
                if is_incremental
                else "name the days, make it incremental, or say why in its meta: reads_whole"
            )
            found.problems.append(f"{name} reads all of {table}: {todo}.")


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


if __name__ == "__main__":
    sys.exit(
        exit_status(
            lambda record: report(look(record), record),
            "Find models that read or sort more than they may in what `make parity` sent.",
        )
    )
