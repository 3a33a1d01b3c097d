"""Run all models with dbt in one process: run_models.py WAREHOUSE OPTION OUT."""

import os
import sys
import tempfile
import time
from pathlib import Path

from measure import tell

ROOT = Path(__file__).parents[1]


def main(warehouse: str, option: str, out: str) -> None:
    """Build seeds and models, without tests; the import of dbt and parsing are not counted."""
    os.environ["ONEMART_WAREHOUSE"] = str(Path(warehouse).resolve())
    os.chdir(ROOT)
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as target:
        options = ["--quiet", "--target-path", target]
        manifest = dbtRunner().invoke(["parse", *options]).result
        started = time.perf_counter()
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
        tell(out, started, spent)


main(*sys.argv[1:])
