"""Build what changed since a kept state, and what reads it, in a copy of that state's warehouse."""

import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from onemart.build import Built, build
from onemart.ci.fitted_by import code_of_python_models
from onemart.ci.state import State, hash_contracts, package_source, run_dbt
from onemart.disk import explain_disk
from onemart.feeds.contract import load_contract
from onemart.feeds.ledger import prepare_ledger
from onemart.feeds.tables import prepare_feed
from onemart.project import Project, Shop
from onemart.warehouse import DEFAULT_TARGET, open_warehouse

__all__ = ["Slim", "slim_build", "slim_folder"]


@dataclass(frozen=True)
class Slim:
    """Where a slim build is, and what it was asked to build.

    Attributes
    ----------
    warehouse : pathlib.Path
        The copy that was built in.
    modified : list of str
        Unique ids of the models and seeds that changed since the state; what reads them was built
        as well.
    seconds : float
        Time that dbt took.
    """

    warehouse: Path
    modified: list[str]
    seconds: float

    @classmethod
    def read(cls, folder: Path) -> "Slim":
        """Return what `write` wrote."""
        told = json.loads((folder / "slim.json").read_text(encoding="utf-8"))
        return cls(**{**told, "warehouse": Path(told["warehouse"])})

    def write(self, folder: Path) -> None:
        """Keep this for the report."""
        told = {**asdict(self), "warehouse": str(self.warehouse)}
        (folder / "slim.json").write_text(json.dumps(told, indent=1), encoding="utf-8")


def slim_folder(project: Project, shop: Shop) -> Path:
    """Return the folder of the last slim build of a shop, dbt's files included."""
    return project.root / "target" / "slim" / shop.name


def slim_build(project: Project, shop: Shop, state: State) -> Built:
    """Build and test `state:modified+`, everything else as it is in the state.

    The base's warehouse is copied rather than attached: models, views and the ledger name their
    catalogue, and a copy of the same name lets all of them stand. Models that changed are built
    whole, for their rows of before are no longer what their code says.
    """
    folder = slim_folder(project, shop)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    copy = replace(shop, warehouse=folder / state.warehouse.name)
    with explain_disk(copy.warehouse.name):
        shutil.copyfile(state.warehouse, copy.warehouse)
    _prepare_feeds(project, copy, state)
    modified = _modified(project, copy, state, folder)
    refitted = _refitted(project, state, folder)
    os.environ["ONEMART_WAREHOUSE"] = str(copy.warehouse)
    selected = ["state:modified+", *(f"{name.split('.')[-1]}+" for name in refitted)]
    options = ["--select", *selected, "--defer", "--state", str(state.folder.resolve())]
    built = build(
        project,
        copy,
        [*options, "--full-refresh", "--target-path", str(folder)],
        target=DEFAULT_TARGET,
        is_trial=True,
    )
    Slim(copy.warehouse, sorted({*modified, *refitted}), built.seconds).write(folder)
    return built


def _prepare_feeds(project: Project, shop: Shop, state: State) -> None:
    """Give feeds whose contract is new, or other than it was, their tables, as the gate would."""
    before = state.about["contracts"]
    changed = [name for name, told in hash_contracts(project).items() if before.get(name) != told]
    if not changed:
        return
    with open_warehouse(shop) as warehouse:
        prepare_ledger(warehouse)
        for name in changed:
            prepare_feed(warehouse, load_contract(project.root / name))


def _modified(project: Project, shop: Shop, state: State, folder: Path) -> list[str]:
    listed = run_dbt(
        project,
        shop,
        folder,
        *("ls", "--select", "state:modified", "--state", str(state.folder.resolve())),
        *("--resource-type", "model", "--resource-type", "seed"),
        *("--output", "json", "--output-keys", "unique_id"),
    )
    return [json.loads(line)["unique_id"] for line in listed or []]


def _refitted(project: Project, state: State, folder: Path) -> list[str]:
    """Return the Python models whose file is as it was, but not the code that it calls."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    before = state.about["python_models"]
    now = code_of_python_models(manifest, package_source(project))
    return sorted(name for name, code in now.items() if before.get(name) not in {None, code})
