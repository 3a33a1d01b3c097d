"""Put all that was sent to the emulator through GoogleSQL's own analyzer.

`python -m onemart.verify.googlesql` reads what `make parity` recorded. The emulator shows that a
statement does what it should; the analyzer, which is BigQuery's, shows that BigQuery would take it.
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onemart.console import complain, console, figures, say
from onemart.errors import OnemartError, UsageError
from onemart.project import Project, find_project
from onemart.verify.record import Job, exit_status

__all__ = ["Checked", "check", "missing", "report"]

_CREATES = {"create_table", "create_table_as_select", "create_view", "load"}
_CHANGES = {"merge", "insert"}
_MOST_SHOWN = 20


@dataclass(frozen=True)
class Checked:
    """A job and what the analyzer said of it.

    Attributes
    ----------
    job : Job
        The job.
    accepted : bool
        Whether BigQuery would take it.
    message : str
        Why not, with line and column.
    seconds : float
        What the analysis took.
    kinds : sequence of str
        The kind of each of its statements.
    writes : sequence of str
        The tables and views that it creates or changes, as `project.dataset.table`.
    is_known : bool
        Whether the same words about the same columns were looked at before.
    """

    job: Job
    accepted: bool
    message: str
    seconds: float
    kinds: Sequence[str]
    writes: Sequence[str]
    is_known: bool = False

    def writes_to(self, node: Mapping[str, Any]) -> bool:
        """Whether it creates or changes the table of a model or seed, in whichever shop."""
        return any(path.split(".")[-1] == node["alias"] for path in self.writes)

    def form(self, manifest: Mapping[str, Any]) -> str:
        """Say in a few words what it was for."""
        job = self.job
        if not job.is_dbt:
            return "load" if job.load else "gate"
        kind, _, _ = job.node.partition(".")
        node = manifest["nodes"].get(job.node)
        if kind != "model" or node is None:
            return kind.replace("_", " ") or "dbt's own"
        if not self.writes_to(node):
            return "model, questions and hooks"
        return "model, incremental" if _CHANGES & set(self.kinds) else "model, first run"

    @property
    def name(self) -> str:
        """What a reader finds it by."""
        labels = self.job.labels
        told = (labels.get("onemart_step"), labels.get("onemart_feed"))
        return self.job.node or " ".join(filter(None, told)) or "a statement"


def check(jobs: Iterable[Job], project: Project | None = None) -> list[Checked]:
    """Return the analyzer's verdict on each job, in order.

    Parameters
    ----------
    jobs : iterable of Job
        In an order in which tables are created before they are read.
    project : Project, optional
        The clone whose `.venv-googlesql` is used; by default the one we are in.

    Raises
    ------
    UsageError
        If the analyzer is not installed.
    OnemartError
        If it breaks down; the message ends with what it printed.
    """
    root = (project or find_project()).root
    python = root / ".venv-googlesql" / "bin" / "python"
    if not python.exists():
        raise UsageError(
            f"GoogleSQL's analyzer is not installed: there is no {python}.",
            "Run 'make setup-googlesql'.",
        )
    given = list(jobs)
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / "jobs.jsonl", Path(folder) / "verdicts.jsonl"
        asked.write_text("".join(f"{json.dumps(_spelled(job))}\n" for job in given), "utf-8")
        script = root / "scripts" / "analyze_googlesql.py"
        ran = subprocess.run(
            [python, script, asked, told], capture_output=True, text=True, check=False
        )
        if ran.returncode:
            raise OnemartError(
                "GoogleSQL's analyzer broke down.", f"It says: {ran.stderr.strip()[-2000:]}"
            )
        verdicts = [json.loads(line) for line in told.read_text("utf-8").splitlines()]
    return [
        Checked(
            job,
            verdict["accepted"],
            verdict.get("message", ""),
            verdict["seconds"],
            verdict["kinds"],
            verdict["writes"],
            verdict.get("is_known", False),
        )
        for job, verdict in zip(given, verdicts, strict=True)
    ]


def _spelled(job: Job) -> dict[str, Any]:
    what = {"load": job.load} if job.load else {"sql": job.body}
    return {
        **what,
        "shop": job.shop,
        "default_dataset": job.default_dataset,
        "project": job.project,
        "error": job.error,
    }


def missing(checked: Sequence[Checked], manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for everything in the manifest that was never sent, so never checked."""
    for name, node in manifest["nodes"].items():
        kind, materialized = node["resource_type"], node["config"]["materialized"]
        if materialized == "ephemeral":
            continue
        if kind in {"model", "seed"}:
            forms = {form for one in checked if one.writes_to(node) for form in one.kinds}
            if not forms & _CREATES:
                yield f"{name} was never built."
            if materialized == "incremental" and not forms & _CHANGES:
                yield f"{name} is incremental but was built only once, so only in its first form."
        elif kind == "test" and not any(one.job.node == name for one in checked):
            yield f"{name} was neither run nor compiled."
    sent = {one.job.node for one in checked} | {
        f"metric.{one.job.labels.get('onemart_metric')}" for one in checked
    }
    for metric, told in manifest.get("metrics", {}).items():
        if not {metric, f"metric.{told['name']}"} & sent:
            yield f"{metric} was never asked for; label its query onemart_metric={told['name']}."


def report(checked: Sequence[Checked], manifest: Mapping[str, Any]) -> bool:
    """Print what was accepted and what was not; return whether all was, and nothing is missing."""
    refused = [one for one in checked if not one.accepted]
    for one in refused[:_MOST_SHOWN]:
        complain(f"{one.name} ({one.form(manifest)}): {one.message}", "refused")
        say(one.job.body)
    if len(refused) > _MOST_SHOWN:
        say(f"… and {len(refused) - _MOST_SHOWN} more; those after the first often follow from it.")
    unseen = list(missing(checked, manifest))
    for sentence in unseen:
        complain(sentence, "missing")
    by_form: dict[str, list[Checked]] = defaultdict(list)
    for one in checked:
        by_form[one.form(manifest)].append(one)
    console.print(
        figures(
            f"GoogleSQL accepts {len(checked) - len(refused)} of {len(checked)} jobs",
            ["jobs", "accepted", "of", "seconds each", "slowest", "seconds"],
            [
                (
                    form,
                    sum(one.accepted for one in ones),
                    len(ones),
                    round(sum(one.seconds for one in ones) / len(ones), 3),
                    (slowest := max(ones, key=lambda one: one.seconds)).name,
                    round(slowest.seconds, 2),
                )
                for form, ones in sorted(by_form.items())
            ],
        )
    )
    return not refused and not unseen


if __name__ == "__main__":
    sys.exit(
        exit_status(
            lambda record: report(check(record.jobs(), find_project()), record.manifest),
            "Put what `make parity` sent through GoogleSQL's own analyzer.",
        )
    )
