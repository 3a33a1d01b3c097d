"""Fail when fewer dbt tests passed than tests/floor.toml asks for.

Usage: check_dbt_floor.py target/run_results.json
"""

import json
import sys
import tomllib
from pathlib import Path

FLOOR = Path(__file__).resolve().parents[1] / "tests" / "floor.toml"


def passed_tests(run_results: Path) -> int:
    """Return how many data and unit tests passed in dbt's `run_results`."""
    results = json.loads(run_results.read_text())["results"]
    kinds = ("test.", "unit_test.")
    return sum(
        result["status"] == "pass" and result["unique_id"].startswith(kinds) for result in results
    )


def main() -> int:
    """Compare the run with the floor and return the exit status."""
    run_results = Path(sys.argv[1])
    smallest = int(tomllib.loads(FLOOR.read_text())["dbt"])
    passed = passed_tests(run_results)
    if passed < smallest:
        print(
            f"{passed} dbt tests passed in {run_results}, tests/floor.toml asks for {smallest}. "
            "Find the tests that are gone, or lower the floor together with them.",
            file=sys.stderr,
        )
        return 1
    print(f"{passed} dbt tests passed, at least {smallest} had to")
    return 0


if __name__ == "__main__":
    sys.exit(main())
