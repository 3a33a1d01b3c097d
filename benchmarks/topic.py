"""Run the models of one topic by dbt in a shop whose orders are made."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

__all__ = ["Run", "copy_shop", "run_models"]

ROOT = Path(__file__).parents[1]
SHOP = ROOT / "warehouse/demo.duckdb"


@dataclass(frozen=True)
class Run:
    """Seconds from the first model's start to the last one's end, and dbt's largest memory."""

    seconds: float
    peak_gib: float


def copy_shop(warehouse: Path, statements: list[str]) -> None:
    """Copy the simulated shop to `warehouse`, and replace tables of it by these statements."""
    if not SHOP.is_file():
        raise SystemExit("there is no simulated shop to copy; run `make demo` first")
    shutil.copy(SHOP, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


def run_models(warehouse: Path, select: list[str], *options: str) -> Run:
    """Run what `select` names, without tests, in a process of its own."""
    target = warehouse.parent / "target"
    command = [
        str(Path(sys.executable).with_name("dbt")),
        *("run", "--target-path", str(target), "--select", *select, *options),
    ]
    environment = {**os.environ, "ONEMART_WAREHOUSE": str(warehouse), "ONEMART_SHOP": "demo"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        told = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{told[-2000:]}")
    results = json.loads((target / "run_results.json").read_text())["results"]
    moments = [
        datetime.fromisoformat(step[end])
        for result in results
        if result["unique_id"].startswith("model.")
        for step in result["timing"]
        for end in ("started_at", "completed_at")
    ]
    seconds = (max(moments) - min(moments)).total_seconds()
    return Run(seconds, used.ru_maxrss / 2**20)
