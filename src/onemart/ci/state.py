"""The state that later builds are compared with: dbt's manifest and the warehouse it built."""

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onemart.ci.fitted_by import code_of_python_models
from onemart.disk import explain_disk
from onemart.errors import OnemartError, UsageError
from onemart.feeds.contract import contract_files
from onemart.project import Project, Shop
from onemart.warehouse import DEFAULT_TARGET, chosen_target, open_warehouse

__all__ = ["State", "hash_contracts", "keep_state", "open_state", "package_source", "run_dbt"]


@dataclass(frozen=True)
class State:
    """A kept state.

    Attributes
    ----------
    folder : pathlib.Path
        Where it is; dbt takes this folder as `--state`.
    warehouse : pathlib.Path
        The shop's DuckDB file. It keeps its name: views in it name the catalogue, which is called
        as the file.
    """

    folder: Path
    warehouse: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest that dbt wrote of the project as it then was."""
        told: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text("utf-8"))
        return told

    @property
    def about(self) -> dict[str, Any]:
        """The commit that was built, the contracts, and the code behind each Python model."""
        told: dict[str, Any] = json.loads((self.folder / "about.json").read_text("utf-8"))
        return told


def keep_state(project: Project, shop: Shop, folder: Path) -> State:
    """Keep the project and the shop's warehouse as they are, in `folder`.

    Raises
    ------
    UsageError
        If the shop has no built warehouse in a file.
    """
    _check_target()
    if not shop.warehouse.is_file():
        raise UsageError(
            f"Shop {shop.name} has no warehouse to keep.", f"Build it: make build SHOP={shop.name}."
        )
    folder.mkdir(parents=True, exist_ok=True)
    state = State(folder, folder / shop.warehouse.name)
    # Opening it waits for whoever writes to it; then the log becomes part of the file.
    with open_warehouse(shop) as warehouse:
        if not warehouse.tables("marts"):
            raise UsageError(
                f"The warehouse of shop {shop.name} has no marts yet.",
                f"Build them: onemart build --shop {shop.name}.",
            )
        warehouse.run("checkpoint")
        with explain_disk(shop.warehouse.name):
            shutil.copyfile(shop.warehouse, state.warehouse)
    run_dbt(project, shop, folder, "parse")
    about = {
        "commit": _commit(project),
        "contracts": hash_contracts(project),
        "python_models": code_of_python_models(state.manifest, package_source(project)),
    }
    (folder / "about.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    return state


def open_state(folder: Path, shop: Shop) -> State:
    """Return the state that was kept in `folder`.

    Raises
    ------
    UsageError
        If there is none, or none of this shop.
    """
    _check_target()
    state = State(folder, folder / shop.warehouse.name)
    for path in (folder / "manifest.json", folder / "about.json", state.warehouse):
        if not path.is_file():
            raise UsageError(
                f"{folder} holds no state of shop {shop.name}: {path.name} is missing.",
                "Keep one where the base of the change is checked out:"
                f" make ci-state SHOP={shop.name} STATE={folder}.",
            )
    return state


def hash_contracts(project: Project) -> dict[str, str]:
    """Return the SHA-256 of each contract, in hexadecimal digits, by its path."""
    return {
        path.relative_to(project.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in contract_files(project.contracts)
    }


def package_source(project: Project) -> Path:
    """Return the folder that the project's package lies in."""
    return project.root / "src"


def run_dbt(project: Project, shop: Shop, written: Path, *arguments: str) -> Any:
    """Run dbt in this process on a shop's DuckDB file and return its result.

    Parameters
    ----------
    written : pathlib.Path
        Where dbt writes its manifest and the rest.

    Raises
    ------
    OnemartError
        If dbt does not succeed.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (takes seconds)

    os.environ |= {"ONEMART_SHOP": shop.name, "ONEMART_WAREHOUSE": str(shop.warehouse)}
    root = str(project.root)
    result = dbtRunner().invoke(
        [
            *(*arguments, "--quiet", "--target", DEFAULT_TARGET),
            *("--project-dir", root, "--profiles-dir", root),
            *("--target-path", str(written), "--log-path", f"{root}/logs"),
        ]
    )
    if not result.success:
        raise OnemartError(
            f"dbt {arguments[0]} did not succeed: {result.exception}", "Look at logs/dbt.log."
        )
    return result.result


def _check_target() -> None:
    if chosen_target() != DEFAULT_TARGET:
        raise UsageError(
            "States and slim builds are of DuckDB files: they copy the warehouse.",
            f"Unset ONEMART_TARGET, which is {chosen_target()}.",
        )


def _commit(project: Project) -> str:
    """Return the commit that is checked out; nothing where there is no git."""
    git = shutil.which("git")
    if git is None:
        return ""
    told = subprocess.run(
        [git, "-C", str(project.root), "rev-parse", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip()
