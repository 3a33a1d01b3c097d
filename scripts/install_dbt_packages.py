"""Install the packages of packages.yml from dbt's hub, else the project's own stand-in.

`dbt deps` takes long to give up on a hub that does not answer, so one short question comes first.
A package that is already installed is kept; a copy of the project's own follows its source.
"""

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INSTALLED = ROOT / "dbt_packages" / "dbt_utils"
OFFLINE = ROOT / "packages" / "dbt_utils_offline"
MARK = "OFFLINE.md"
PROBE_SECONDS = 3.0
DEPS_SECONDS = 60.0

_PROBE = """
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=float(sys.argv[2])) as answer:
    sys.exit(answer.status != 200)
"""


def hub_answers() -> bool:
    """Return whether dbt's hub, or the one in DBT_PACKAGE_HUB_URL, answers within seconds."""
    hub = os.environ.get("DBT_PACKAGE_HUB_URL") or "https://hub.getdbt.com/"
    url = f"{hub.rstrip('/')}/api/v1/dbt-labs/dbt_utils.json"
    # A process of its own, because looking a name up obeys no time limit inside Python.
    return _succeeds([sys.executable, "-c", _PROBE, url, str(PROBE_SECONDS)], PROBE_SECONDS + 1)


def install_from_hub() -> bool:
    """Run `dbt deps` and return whether it installed dbt_utils."""
    dbt = str(Path(sys.executable).with_name("dbt"))
    return _succeeds([dbt, "--quiet", "deps"], DEPS_SECONDS) and INSTALLED.is_dir()


def install_offline() -> None:
    """Copy the project's own dbt_utils into dbt_packages in one step."""
    shutil.rmtree(INSTALLED, ignore_errors=True)
    INSTALLED.parent.mkdir(exist_ok=True)
    # Built outside dbt_packages: dbt takes every folder in there for a package.
    half_made = ROOT / "target" / "dbt_utils.partial"
    shutil.rmtree(half_made, ignore_errors=True)
    shutil.copytree(OFFLINE, half_made)
    half_made.rename(INSTALLED)


def same_files(left: Path, right: Path) -> bool:
    """Return whether two folders hold the same files, byte for byte."""
    names = {path.relative_to(left) for path in left.rglob("*") if path.is_file()}
    if names != {path.relative_to(right) for path in right.rglob("*") if path.is_file()}:
        return False
    return all(filecmp.cmp(left / name, right / name, shallow=False) for name in names)


def main() -> None:
    """Leave a usable dbt_packages/dbt_utils behind."""
    if (INSTALLED / MARK).is_file():
        if not same_files(OFFLINE, INSTALLED):
            install_offline()
            print("dbt packages: packages/dbt_utils_offline changed, copied it again")
        return
    if (INSTALLED / "dbt_project.yml").is_file():
        return
    if not hub_answers():
        why = "dbt's hub cannot be reached"
    elif not install_from_hub():
        why = "`dbt deps` failed (run it to see why)"
    else:
        print("dbt packages: installed from dbt's hub")
        return
    install_offline()
    print(f"dbt packages: {why}; using packages/dbt_utils_offline instead")


def _succeeds(command: list[str], seconds: float) -> bool:
    try:
        finished = subprocess.run(
            command, cwd=ROOT, timeout=seconds, capture_output=True, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return finished.returncode == 0


if __name__ == "__main__":
    main()
