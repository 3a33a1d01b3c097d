"""Run all models with dbt in one process: run_models.py WAREHOUSE OPTION OUT."""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from measure import tell

ROOT = Path(__file__).parents[1]


def core_seconds() -> float:
    """Return the processor time of this process; what else runs does not count."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(warehouse: str, option: str, out: str) -> None:
    """Build seeds and models, without tests; the import of dbt and parsing are not counted."""
    os.environ["ONEMART_WAREHOUSE"] = str(Path(warehouse).resolve())
    os.chdir(ROOT)
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as target:
        options = ["--quiet", "--target-path", target]
        manifest = dbtRunner().invoke(["parse", *options]).result
        started, before = time.perf_counter(), core_seconds()
        result = dbtRunner(manifest=manifest).invoke(
            [
                *("build", "--exclude-resource-type", "test", "unit_test"),
                *([option] if option else []),
                *options,
            ]
        )
        if not result.success:
            failed = [f"{node.node.name}: {node.message}" for node in result.result.results]
            raise SystemExit(f"dbt failed: {result.exception} {failed[-3:]}")
        spent = {node.node.name: node.execution_time for node in result.result.results}
        tell(out, started, {"core_seconds": core_seconds() - before, **spent})


main(*sys.argv[1:])
