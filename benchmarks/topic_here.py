"""Run dbt in this process: topic_here.py OUT SELECTED OPTION...; OUT gets core-seconds as JSON.

What a fit imports is there before the first model starts, as a peer's libraries are before its
clock does. The project is parsed before, too: core-seconds are those of the run.
"""

import json
import resource
import sys
from pathlib import Path

import pandas  # noqa: F401, ICN001
from dbt.cli.main import dbtRunner

import onemart.frames  # noqa: F401


def core_seconds() -> float:
    """Return the processor time of this process; what else runs does not count."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(out: str, selected: str, *options: str) -> None:
    """Parse, run what is selected, and tell."""
    parsed = dbtRunner().invoke(["parse", *options])
    if not parsed.success:
        raise SystemExit(f"dbt cannot parse the project: {parsed.exception}")
    before = core_seconds()
    done = dbtRunner(manifest=parsed.result).invoke(
        ["run", "--select", *selected.split(), *options]
    )
    Path(out).write_text(json.dumps({"core_seconds": core_seconds() - before}))
    sys.exit(not done.success)


main(*sys.argv[1:])
