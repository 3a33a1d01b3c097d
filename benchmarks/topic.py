"""Run the models of one topic by dbt in a shop whose orders are made."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import yaml

__all__ = ["Run", "copy_shop", "limit_memory", "run_models"]

ROOT = Path(__file__).parents[1]
SHOP = ROOT / "warehouse/demo.duckdb"


@dataclass(frozen=True)
class Run:
    """Seconds from the first model's start to the last one's end, and dbt's largest memory.

    `core_seconds` are of the run without parsing; `by_model` holds the seconds of each model,
    `whole` those of dbt from its start to its end.
    """

    seconds: float
    core_seconds: float
    peak_gib: float
    by_model: dict[str, float]
    whole: float


def copy_shop(warehouse: Path, statements: list[str]) -> None:
    """Copy the simulated shop to `warehouse`, and replace tables of it by these statements."""
    if not SHOP.is_file():
        raise SystemExit("there is no simulated shop to copy; run `make demo` first")
    shutil.copy(SHOP, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


def limit_memory(folder: Path, limit: str) -> tuple[str, str]:
    """Write a profile into `folder` that holds DuckDB to `limit`; return dbt's option for it."""
    profiles = yaml.safe_load((ROOT / "profiles.yml").read_text())
    profiles["onemart"]["outputs"]["dev"]["settings"] = {"memory_limit": limit}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles))
    return "--profiles-dir", str(folder)


def run_models(warehouse: Path, select: list[str], *options: str) -> Run:
    """Run what `select` names, without tests, in a process of its own."""
    target, used_by_run = warehouse.parent / "target", warehouse.parent / "used.json"
    command = [
        *(sys.executable, str(Path(__file__).with_name("topic_here.py")), str(used_by_run)),
        *(" ".join(select), "--target-path", str(target), *options),
    ]
    began = time.perf_counter()
    environment = {**os.environ, "ONEMART_WAREHOUSE": str(warehouse), "ONEMART_SHOP": "demo"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        told = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    whole = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{told[-2000:]}")
    results = json.loads((target / "run_results.json").read_text())["results"]
    models = {
        result["unique_id"].rpartition(".")[2]: [
            datetime.fromisoformat(step[end])
            for step in result["timing"]
            for end in ("started_at", "completed_at")
        ]
        for result in results
        if result["unique_id"].startswith("model.")
    }
    moments = [moment for taken in models.values() for moment in taken]
    by_model = {name: (max(taken) - min(taken)).total_seconds() for name, taken in models.items()}
    seconds = (max(moments) - min(moments)).total_seconds()
    told_by_run = json.loads(used_by_run.read_text())
    return Run(seconds, told_by_run["core_seconds"], used.ru_maxrss / 2**20, by_model, whole)
