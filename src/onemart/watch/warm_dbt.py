"""dbt in this process, the project parsed once."""

import os
from collections.abc import Iterable
from typing import Any

from onemart.errors import OnemartError
from onemart.project import Project, Shop
from onemart.warehouse import DEFAULT_TARGET, chosen_target

__all__ = ["WarmDbt"]

_FAILED = {"error", "fail", "runtime error", "skipped"}


class WarmDbt:
    """dbt for one shop, with the project as it is when this is made.

    Parameters
    ----------
    target : str, optional
        Of profiles.yml; by default the one in ONEMART_TARGET, else the DuckDB file.

    Raises
    ------
    OnemartError
        If the project cannot be parsed.
    """

    def __init__(self, project: Project, shop: Shop, target: str | None = None) -> None:
        os.environ["ONEMART_SHOP"] = shop.name
        self.target = chosen_target(target)
        self._project = project
        # What dbt writes about its last run is not for those who run dbt beside this; and what it
        # knows of the project's files makes the next start quick.
        self._written = shop.lock.parent / "watch" / shop.name
        result = self._invoke(None, "parse")
        if not result.success:
            raise OnemartError(
                f"dbt cannot parse the project: {result.exception}", "Repair it, and begin again."
            )
        self.manifest = result.result

    def run(self, models: Iterable[str]) -> dict[str, str]:
        """Build the models; return those that failed, or had to wait for one that did, and why."""
        result = self._invoke(self.manifest, "run", "--select", *sorted(models))
        nodes = getattr(result.result, "results", [])
        failed = {
            str(node.node.name): " ".join(str(node.message or node.status).split())[:300]
            for node in nodes
            if str(node.status) in _FAILED
        }
        if isinstance(result.exception, KeyboardInterrupt):
            raise result.exception
        if not failed and not result.success:
            raise OnemartError(
                f"dbt broke off: {result.exception}", "Look at logs/dbt.log; the watch goes on."
            )
        return failed

    def compile(self, tests: Iterable[str]) -> list[Any]:
        """Return the tests, by their unique ids, with their SQL."""
        names = sorted(self.manifest.nodes[test].name for test in tests)
        # dbt prints what it compiles if its name is in the first criterion, so that one is another.
        result = self._invoke(
            self.manifest, "compile", "--select", "resource_type:analysis", *names
        )
        if not result.success:
            raise OnemartError(f"dbt cannot compile its tests: {result.exception}")
        return [node.node for node in result.result.results if node.node.resource_type == "test"]

    def let_go(self) -> None:
        """Close the warehouse's file, which dbt keeps open: others wait for it."""
        if self.target == DEFAULT_TARGET:
            from dbt.adapters.duckdb.connections import (  # noqa: PLC0415
                DuckDBConnectionManager,
            )

            manager: Any = DuckDBConnectionManager
            if manager._ENV is not None:  # noqa: SLF001  (it has no other way)
                manager._ENV.close()  # noqa: SLF001
                manager.close_all_connections()

    def _invoke(self, manifest: Any, *arguments: str) -> Any:
        from dbt.cli.main import dbtRunner  # noqa: PLC0415  (takes seconds)

        root = str(self._project.root)
        return dbtRunner(manifest=manifest).invoke(
            [
                *arguments,
                *("--quiet", "--target", self.target),
                *("--project-dir", root, "--profiles-dir", root),
                *("--target-path", str(self._written), "--log-path", f"{root}/logs"),
            ]
        )
