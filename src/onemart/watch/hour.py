"""One round of a watch: what has arrived goes through the gate, into the marts, and is tested."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from onemart.feeds.gate import Gate, Outcome, land
from onemart.watch.lineage import Lineage, record_as_seen
from onemart.watch.narrow_tests import (
    NarrowTest,
    compiled,
    failures,
    narrow_tests,
    touched_days,
)
from onemart.watch.warm_dbt import WarmDbt

__all__ = ["Hour", "Watcher"]


@dataclass
class Hour:
    """What a round came to.

    Attributes
    ----------
    outcomes : list of Outcome
        How each file ended.
    built : list of str
        The models that were built.
    left : list of str
        Those that are behind and wait for the night.
    failed : dict
        Models that failed, or waited for one that did, and why.
    broken : list of (NarrowTest, int)
        Tests that failed, and how many rows broke each.
    tested : int
        Tests that ran.
    seconds : dict
        By step: gate, models, tests.
    to_do : list of str
        What is wrong with contracts and folders.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    built: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    broken: list[tuple[NarrowTest, int]] = field(default_factory=list)
    tested: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    to_do: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether no file was rejected, nothing failed, and nobody has to do anything."""
        errors = [test for test, _ in self.broken if not test.is_warning]
        is_rejected = any(outcome.status == "rejected" for outcome in self.outcomes)
        return not (errors or self.failed or is_rejected or self.to_do)


class Watcher:
    """Lands, builds and tests, with dbt warm."""

    def __init__(self, dbt: WarmDbt) -> None:
        self.dbt = dbt
        self.lineage = Lineage(dbt.manifest)

    @cached_property
    def tests(self) -> list[NarrowTest]:
        """The tests that can be answered by the hour."""
        return compiled(self.lineage, self.dbt.compile(narrow_tests(self.lineage)))

    def round(self, gate: Gate, on_end: Callable[[Outcome], None]) -> Hour:
        """Take what lies in landing into the marts.

        The gate, and with it a DuckDB file, stays open to the end: a file that is closed and
        opened between models forgets what it had read.
        """
        hour, warehouse = Hour(), gate.warehouse
        began = time.monotonic()

        def lap(step: str) -> None:
            nonlocal began
            hour.seconds[step], began = time.monotonic() - began, time.monotonic()

        report = land(gate, on_start=lambda _files: None, on_end=on_end)
        hour.outcomes = report.outcomes
        hour.to_do = [str(error) for error in report.contract_errors] + [
            f"{'/'.join(stranger.parts[-3:])} belongs to no contract."
            for stranger in report.strangers
        ]
        lap("gate")
        behind = self.lineage.behind(warehouse)
        hour.left = sorted(behind.models & self.lineage.nightly)
        models = behind.models - self.lineage.nightly
        if models:
            record_as_seen(warehouse, behind)
            hour.failed = self.dbt.run(models)
            hour.built = sorted(models - hour.failed.keys())
        lap("models")
        if hour.built:
            since = min(behind.seen.get(model, -1) for model in hour.built)
            tests = [test for test in self.tests if test.model in hour.built]
            hour.tested = len(tests)
            hour.broken = failures(warehouse, tests, touched_days(warehouse, since))
        lap("tests")
        return hour
