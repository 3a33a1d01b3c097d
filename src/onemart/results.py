"""What the builds of a shop came to, kept for who asks later."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from onemart.clock import now
from onemart.project import Project, Shop

__all__ = ["BuildState", "keep_results", "read_results"]

_BAD = {"error", "fail", "runtime error"}


@dataclass(frozen=True)
class BuildState:
    """How the shop's models and tests ended when each last ran.

    Attributes
    ----------
    finished_at : datetime.datetime
        UTC, when the last build ended.
    seconds : float
        What it took.
    is_whole : bool
        Whether it built all, not a selection.
    nodes : dict
        By the node's id in dbt: `kind` (model, test, …), `status` and, where it did not go well,
        `message`.
    """

    finished_at: datetime
    seconds: float
    is_whole: bool
    nodes: dict[str, dict[str, str]]

    @property
    def tests(self) -> int:
        """How many tests ran."""
        return sum(node["kind"] == "test" for node in self.nodes.values())

    @property
    def problems(self) -> dict[str, dict[str, str]]:
        """The nodes that failed when they last ran."""
        return {name: node for name, node in self.nodes.items() if node["status"] in _BAD}

    @property
    def failed_tests(self) -> int:
        """How many tests failed."""
        return sum(node["kind"] == "test" for node in self.problems.values())


def keep_results(
    project: Project, shop: Shop, results: Iterable[Any], *, seconds: float, is_whole: bool
) -> None:
    """Keep what dbt's results say; those of a part are laid over what is kept of the rest.

    Parameters
    ----------
    results : iterable
        dbt's run results, a node each.
    """
    before = read_results(project, shop)
    nodes = {} if is_whole or before is None else before.nodes
    for result in results:
        status = str(result.status)
        kind = str(result.node.resource_type)
        node = {"kind": "test" if kind == "unit_test" else kind, "status": status}
        if status in _BAD:
            node["message"] = _first_line(result.message)
        nodes[result.node.unique_id] = node
    path = _path(project, shop)
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "finished_at": now().isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "is_whole": is_whole,
        "nodes": nodes,
    }
    part = path.with_suffix(".part")
    part.write_text(json.dumps(told), encoding="utf-8")
    part.replace(path)


def read_results(project: Project, shop: Shop) -> BuildState | None:
    """Return what the shop's builds came to, or none where nothing was kept."""
    path = _path(project, shop)
    if not path.is_file():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    return BuildState(**{**told, "finished_at": datetime.fromisoformat(told["finished_at"])})


def _path(project: Project, shop: Shop) -> Path:
    return project.state / "results" / f"{shop.name}.json"


def _first_line(message: Any) -> str:
    """Return the count of failures or the kind of error; the rest may quote values of rows."""
    lines = str(message or "").strip().splitlines()
    return lines[0][:200] if lines else ""
