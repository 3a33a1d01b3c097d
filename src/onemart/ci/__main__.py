"""`python -m onemart.ci`: what `make ci-state`, `slim-build` and `pull-request-report` run."""

import argparse
import os
from pathlib import Path

from onemart.ci.report import pull_request_report
from onemart.ci.slim import slim_build, slim_folder
from onemart.ci.state import keep_state, open_state
from onemart.console import complain, say
from onemart.errors import OnemartError
from onemart.leaving import leave
from onemart.project import Project, Shop, find_project


def main() -> int:
    """Keep a state, build what changed since, or report it; 1 if something did not build."""
    parser = argparse.ArgumentParser(prog="python -m onemart.ci", description=main.__doc__)
    parser.add_argument("what", choices=["keep", "slim", "report"])
    parser.add_argument("--state", type=Path, required=True, help="the folder of the state")
    parser.add_argument("--shop", help="the shop; else ONEMART_SHOP, else complete_journey")
    parser.add_argument("--to", type=Path, help="the report's file; by default beside the build")
    told = parser.parse_args()
    project = find_project()
    shop = project.shop(told.shop)
    if told.what == "keep":
        state = keep_state(project, shop, told.state)
        megabytes = state.warehouse.stat().st_size / 1e6
        say(f"Kept shop {shop.name} in {state.folder}, {megabytes:,.0f} MB.")
        return 0
    if told.what == "slim":
        return _slim(project, shop, told.state)
    to = told.to or slim_folder(project, shop) / "report.md"
    text = pull_request_report(project, shop, open_state(told.state, shop))
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(text, encoding="utf-8")
    # GitHub shows what is written there on the page of the run.
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as page:
            page.write(text)
    say(text)
    say(f"Written to {to}.")
    return 0


def _slim(project: Project, shop: Shop, folder: Path) -> int:
    built = slim_build(project, shop, open_state(folder, shop))
    for problem in built.problems:
        say(problem, "failed", "red")
    models = sum(
        count for (kind, status), count in built.counts.items()
        if kind in {"model", "seed"} and status == "success"
    )  # fmt: skip
    say(
        f"{models:,} models built anew, {built.tests_passed:,} tests passed,"
        f" {len(built.problems):,} failed; {built.seconds:.0f} seconds."
    )
    return 0 if built.success else 1


if __name__ == "__main__":
    try:
        status = main()
    except OnemartError as problem:
        complain(problem)
        status = problem.exit_status
    leave(status)
