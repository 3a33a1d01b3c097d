"""Run dbt in this process and sum up what there is now."""

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from onemart.console import progress
from onemart.feeds.status import delivered_by_feed
from onemart.project import Project, Shop
from onemart.results import keep_results
from onemart.warehouse import chosen_target, open_warehouse

__all__ = ["Built", "build"]

_TESTS = {"test", "unit_test"}


@dataclass
class Built:
    """What a build came to.

    Attributes
    ----------
    success : bool
        Whether dbt ended without an error.
    counts : Counter
        Nodes by kind (model, seed, test) and status.
    problems : list of str
        One line for each node that failed.
    place : str
        Where the marts are.
    feeds, marts : list
        Per feed the records of the ledger; per mart its name and rows.
    seconds : float
        Time that dbt took.
    """

    success: bool = False
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    feeds: list[dict[str, Any]] = field(default_factory=list)
    marts: list[tuple[str, int]] = field(default_factory=list)
    place: str = ""
    seconds: float = 0.0

    @property
    def tests_passed(self) -> int:
        """Tests that passed, unit tests included."""
        return sum(
            count for (kind, status), count in self.counts.items()
            if kind == "test" and status in {"pass", "success"}
        )  # fmt: skip


def build(
    project: Project,
    shop: Shop,
    arguments: list[str],
    *,
    target: str | None = None,
    is_trial: bool = False,
) -> Built:
    """Run `dbt build` for the shop.

    Parameters
    ----------
    arguments : list of str
        More arguments for dbt, such as `--select fct_orders` or `--full-refresh`.
    target : str, optional
        Of profiles.yml; by default the one in ONEMART_TARGET, else the DuckDB file.
    is_trial : bool
        Whether this is not the shop's own warehouse, so that its portal need not know of it.
    """
    os.environ["ONEMART_SHOP"] = shop.name
    os.chdir(project.root)
    with open_warehouse(shop, target=target):
        pass  # dbt would give up at once where this waits for whoever holds the warehouse
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (takes seconds)

    built = Built()
    started = time.monotonic()
    bar, task = progress(f"dbt build, shop {shop.name}")

    def listen(event: Any) -> None:
        """Move the bar with each node that dbt starts."""
        if event.info.name == "LogStartLine":
            node = event.data.description.split(" ")[-1]
            bar.update(task, completed=event.data.index - 1, total=event.data.total, current=node)

    with bar:
        result = dbtRunner(callbacks=[listen]).invoke(
            ["--quiet", "build", "--target", chosen_target(target), *arguments]
        )
    built.seconds = time.monotonic() - started
    built.success = result.success
    if result.exception is not None:
        built.problems.append(str(result.exception))
    for node in getattr(result.result, "results", []):
        kind = "test" if str(node.node.resource_type) in _TESTS else str(node.node.resource_type)
        built.counts[kind, str(node.status)] += 1
        if str(node.status) in {"error", "fail", "runtime error"}:
            told = " ".join(str(node.message or "").split())
            built.problems.append(f"{node.node.name}: {told[:300]}")
    if not is_trial:
        keep_results(
            project,
            shop,
            getattr(result.result, "results", []),
            seconds=built.seconds,
            is_whole=not arguments and result.exception is None,
        )
    with open_warehouse(shop, target=target) as warehouse:
        built.place = warehouse.place("marts")
        built.feeds = delivered_by_feed(warehouse)
        for table in sorted(warehouse.tables("marts")):
            counted = f"select count(*) as records from {warehouse.table('marts', table)}"
            built.marts.append((table, warehouse.value(counted)))
    return built
