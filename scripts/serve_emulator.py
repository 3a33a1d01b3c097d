"""Serve the BigQuery emulator and write down every job it is sent.

Runs in the emulator's environment: `.venv-emulator/bin/python scripts/serve_emulator.py`. The first
line it prints is its address. With `--log` each query and load job becomes one line of JSON when it
ends, so a line's statement never needs one that stands below it.
"""

import argparse
import functools
import gc
import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uncompiled_generators  # noqa: F401  (sqlglot is imported after it, by crucible)

# isort: split

import uvicorn
from crucible.dialects.bigquery import generator, translate
from crucible.server.app import create_app
from crucible.server.bigquery.jobs import Job, Runner
from sqlglot.errors import ErrorLevel, UnsupportedError

from remembering_engine import RememberingEngine

DUCKDB = generator.BigQueryToDuckDB()


class JobLog:
    """A file of JSON Lines, one line a job."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.lock = threading.Lock()

    def write(self, job: Job) -> None:
        """Append what `job` asked for and how it ended."""
        query = job.configuration.get("query", {})
        load = job.configuration.get("load")
        line = {
            **({"load": described_load(load)} if load else {"sql": query.get("query")}),
            "labels": job.configuration.get("labels") or query.get("labels", {}),
            "default_dataset": query.get("defaultDataset", {}).get("datasetId"),
            "project": job.project,
            "seconds": (job.ended_ms - job.created_ms) / 1000,
            "error": job.error and job.error["message"],
        }
        with self.lock, self.path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")

    def listens_to(self, runs: Callable[..., Job]) -> Callable[..., Job]:
        """Return the method `runs` with a line written after each job."""

        @functools.wraps(runs)
        def run(*arguments: Any) -> Job:
            job = runs(*arguments)
            self.write(job)
            return job

        return run


def described_load(load: dict[str, Any]) -> dict[str, Any]:
    """Return the table, its columns and the options of a load job."""
    table = load.get("destinationTable", {})
    return {
        "table": ".".join(str(table.get(key)) for key in ("projectId", "datasetId", "tableId")),
        "schema": load.get("schema", {}).get("fields", []),
        "format": load.get("sourceFormat"),
        "write_disposition": load.get("writeDisposition"),
    }


def generate(tree: Any) -> str:
    """Return DuckDB's SQL as the emulator does, but of the tree itself and not of a copy.

    Nobody looks at the tree of a query after that, and copying it was a tenth of the work.
    """
    try:
        return str(
            DUCKDB.generate(tree, copy=False, identify=True, unsupported_level=ErrorLevel.RAISE)
        )
    except UnsupportedError as problem:
        raise generator.CrucibleUnsupportedError(str(problem).strip()) from problem


def stop_with_standard_input() -> None:
    """Leave as soon as whoever started the server is gone, however that came about."""
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description="Serve the BigQuery emulator on this machine.")
    parser.add_argument("--port", type=int, default=9050, help="0 takes a free one")
    parser.add_argument("--log", type=Path, help="append a line of JSON to this file for each job")
    parser.add_argument("--stop-with-stdin", action="store_true", help="end when stdin closes")
    options = parser.parse_args()

    translate.generate = generate
    # DuckDB looks for pandas with every parameter of every question, and does not remember that
    # there is none.
    sys.modules["pandas"] = None  # type: ignore[assignment]
    # Syntax trees are many objects that die by themselves; looking for cycles among them at
    # Python's usual rate is a sixth of the work.
    gc.set_threshold(200_000, 50, 100)

    if options.log:
        log = JobLog(options.log)
        Runner.run_query = log.listens_to(Runner.run_query)
        Runner.run_load = log.listens_to(Runner.run_load)
    if options.stop_with_stdin:
        threading.Thread(target=stop_with_standard_input, daemon=True).start()

    # Bound before it is announced: nobody can take the port between, and an early caller waits.
    with socket.create_server(("127.0.0.1", options.port)) as listener:
        # Else each answer's body waits 40 ms for somebody to confirm its header.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        app = create_app("bigquery", RememberingEngine())
        config = uvicorn.Config(app, access_log=False, log_level="warning")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
