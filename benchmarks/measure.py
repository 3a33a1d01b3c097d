"""Run one measurement in a process of its own and bring its figures back."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Figures:
    """Seconds of the measured part, peak memory of the whole process, and what it told."""

    seconds: float
    peak_gib: float
    told: dict[str, float]


def run_child(script: str, *arguments: str) -> Figures:
    """Run `benchmarks/<script>` once; it writes its figures, JSON, to the file named last."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        command = [sys.executable, str(HERE / script), *arguments, str(out)]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        _, errors = child.communicate()
        if not out.is_file():
            raise SystemExit(f"{' '.join(command)} failed:\n{errors.decode()[-2000:]}")
        told = json.loads(out.read_text())
    return Figures(told.pop("seconds"), told.pop("peak_gib"), told)


def median(runs: list[Figures]) -> Figures:
    """Return the run in the middle by seconds, with the largest peak of all."""
    middle = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    return Figures(
        statistics.median(run.seconds for run in runs),
        max(run.peak_gib for run in runs),
        middle.told,
    )


def tell(out: str, started: float, told: dict[str, float]) -> None:
    """Write a child's figures and end it at once."""
    import resource  # noqa: PLC0415

    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    Path(out).write_text(json.dumps({"seconds": seconds, "peak_gib": peak, **told}))
    os._exit(0)
