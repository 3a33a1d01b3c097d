"""Run a script of this folder, by whatever Python it needs."""

import subprocess
from pathlib import Path

__all__ = ["run_script"]

HERE = Path(__file__).parent


def run_script(python: Path, script: str, *arguments: str) -> dict[str, float]:
    """Run a script that prints names and figures, and return them."""
    command = [str(python), str(HERE / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    rows = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    return {name: float(figure) for name, figure in rows}
