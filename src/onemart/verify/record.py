"""What a run sent to BigQuery's emulator, and which node of dbt's manifest each job was for."""

import argparse
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from onemart.console import complain
from onemart.errors import OnemartError, UsageError
from onemart.project import find_project

__all__ = ["Job", "Record", "exit_status", "open_record"]

# dbt puts its query comment in front; ours is JSON.
_COMMENT = re.compile(r"\s*/\*\s*(\{.*?\})\s*\*/", re.DOTALL)


@dataclass(frozen=True)
class Job:
    """A query or load job.

    Attributes
    ----------
    sql : str
        Its text; empty for a load.
    load : Mapping
        Table and schema of a load; empty for a query.
    labels : Mapping
        The job's labels.
    default_dataset : str or None
        Where tables without a dataset are looked for.
    project : str
        Where datasets without a project are looked for.
    error : str or None
        Why the emulator refused it.
    """

    sql: str = ""
    load: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    default_dataset: str | None = None
    project: str = "onemart"
    error: str | None = None

    @cached_property
    def comment(self) -> Mapping[str, str]:
        """What dbt's comment says; empty for what dbt did not send."""
        found = _COMMENT.match(self.sql)
        return json.loads(found[1]) if found else {}

    @property
    def is_dbt(self) -> bool:
        """Whether dbt sent it."""
        return bool(self.comment)

    @property
    def node(self) -> str:
        """The manifest's id of the node it was for, such as `model.onemart.fct_orders`, or ''."""
        return self.comment.get("node_id") or ""

    @property
    def shop(self) -> str:
        """The shop it was for, or ''."""
        return self.comment.get("onemart_shop") or self.labels.get("onemart_shop") or ""

    @property
    def body(self) -> str:
        """The SQL without dbt's comment."""
        return _COMMENT.sub("", self.sql, count=1).strip()


@dataclass(frozen=True)
class Record:
    """A run on the emulator.

    Attributes
    ----------
    statements : pathlib.Path
        The emulator's log.
    manifest : Mapping
        dbt's manifest for the target `emulator`.
    """

    statements: Path
    manifest: Mapping[str, Any]

    def jobs(self) -> Iterator[Job]:
        """Yield the jobs as they ended, then the tests that were only compiled."""
        seen = set()
        with self.statements.open(encoding="utf-8") as lines:
            for line in lines:
                told = json.loads(line)
                told.pop("seconds", None)
                job = Job(**told)
                seen.add(job.node)
                yield job
        for name, node in self.nodes("test").items():
            if name not in seen and node.get("compiled_code"):
                yield Job(sql=f"/* {json.dumps({'node_id': name})} */ {node['compiled_code']}")

    def nodes(self, *types: str) -> dict[str, Mapping[str, Any]]:
        """Return the manifest's nodes of some resource types by id."""
        return {
            name: node
            for name, node in self.manifest["nodes"].items()
            if node["resource_type"] in types
        }


def open_record(folder: Path) -> Record:
    """Return the record that `make parity` left in `folder`.

    Raises
    ------
    UsageError
        If there is none.
    """
    statements, manifest = folder / "statements.jsonl", folder / "manifest.json"
    for path in (statements, manifest):
        if not path.is_file():
            raise UsageError(f"There is no {path}.", "'make parity' writes it.")
    return Record(statements, json.loads(manifest.read_text(encoding="utf-8")))


def exit_status(passes: Callable[[Record], bool], what: str) -> int:
    """Check the record that the command line names, by default what `make parity` left.

    Parameters
    ----------
    what : str
        What is checked, for the help.

    Returns
    -------
    int
        0 if it passes, 1 if not; an error is told and gives its own status.
    """
    parser = argparse.ArgumentParser(description=what)
    try:
        parser.add_argument("--record", type=Path, default=find_project().root / "target/parity")
        return 0 if passes(open_record(parser.parse_args().record)) else 1
    except OnemartError as error:
        complain(error)
        return error.exit_status
