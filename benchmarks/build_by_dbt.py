"""Build all models and run all tests with dbt in one process: build_by_dbt.py WAREHOUSE OUT."""

import os
import sys
import tempfile
import time
from pathlib import Path

from measure import tell

ROOT = Path(__file__).parents[1]


def main(warehouse: str, out: str) -> None:
    """Build everything anew, and add up where the time goes."""
    os.environ["ONEMART_WAREHOUSE"] = str(Path(warehouse).resolve())
    os.chdir(ROOT)
    importing = time.perf_counter()
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    imported = time.perf_counter() - importing
    with tempfile.TemporaryDirectory() as target:
        options = ["--quiet", "--target-path", target]
        started = time.perf_counter()
        manifest = dbtRunner().invoke(["parse", "--no-partial-parse", *options]).result
        parsed = time.perf_counter() - started
        result = dbtRunner(manifest=manifest).invoke(["build", "--full-refresh", *options])
        if not result.success:
            raise SystemExit(f"dbt build failed: {result.exception}")
        spent: dict[str, float] = {}
        for node in result.result.results:
            kind = f"{node.node.resource_type}_seconds"
            spent[kind] = spent.get(kind, 0.0) + node.execution_time
        tell(
            out,
            started,
            {"import_seconds": imported, "parse_seconds": parsed, **spent},
        )


main(*sys.argv[1:])
