"""What dbt knows of the semantic layer, parsed once and kept until a definition changes."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from filelock import FileLock

from onemart.errors import OnemartError
from onemart.project import Project
from onemart.warehouse import DEFAULT_TARGET, Warehouse

__all__ = ["parsed_project", "placed_in", "semantic_manifest"]


def semantic_manifest(project: Project) -> dict[str, Any]:
    """Return the project's semantic manifest; dbt parses only what changed since it was kept.

    It is that of the DuckDB target, whose schemas have their own names; see `placed_in`.

    Raises
    ------
    OnemartError
        If dbt cannot parse the project.
    """
    kept = parsed_project(project).with_name("semantic_manifest.json")
    manifest: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return manifest


def parsed_project(project: Project) -> Path:
    """Return the file with dbt's manifest of the project; the semantic one lies beside it.

    Raises
    ------
    OnemartError
        If dbt cannot parse the project.
    """
    folder = project.state / "semantic"
    kept = folder / "semantic_manifest.json"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        if not kept.is_file() or kept.stat().st_mtime < _last_change(_definitions(project)):
            _parse(project, folder)
    return folder / "manifest.json"


def placed_in(manifest: dict[str, Any], warehouse: Warehouse) -> dict[str, Any]:
    """Return the manifest with its tables named as in a shop's warehouse."""
    models = [
        {**model, "node_relation": _placed(model["node_relation"], warehouse)}
        for model in manifest["semantic_models"]
    ]
    settings = manifest["project_configuration"]
    spines = [
        {**spine, "node_relation": _placed(spine["node_relation"], warehouse)}
        for spine in settings["time_spines"]
    ]
    return {
        **manifest,
        "semantic_models": models,
        "project_configuration": {**settings, "time_spines": spines},
    }


def _placed(relation: dict[str, Any], warehouse: Warehouse) -> dict[str, Any]:
    return {
        **relation,
        "relation_name": warehouse.table(relation["schema_name"], relation["alias"]),
    }


def _definitions(project: Project) -> Iterable[Path]:
    yield project.root / "dbt_project.yml"
    for folder in ("models", "macros", "python_models"):
        yield from (project.root / folder).rglob("*.*")


def _last_change(paths: Iterable[Path]) -> float:
    return max(path.stat().st_mtime for path in paths)


def _parse(project: Project, folder: Path) -> None:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415  (takes seconds)

    root = str(project.root)
    before = os.environ.get("ONEMART_TARGET")
    os.environ["ONEMART_TARGET"] = DEFAULT_TARGET
    try:
        result = dbtRunner().invoke(
            [
                "parse",
                "--quiet",
                *("--project-dir", root, "--profiles-dir", root, "--target", DEFAULT_TARGET),
                *("--target-path", str(folder), "--log-path", str(folder)),
            ]
        )
    finally:
        if before is None:
            del os.environ["ONEMART_TARGET"]
        else:
            os.environ["ONEMART_TARGET"] = before
    if not result.success:
        raise OnemartError(f"dbt cannot parse the project: {result.exception}.", "Run `dbt parse`.")
    # dbt leaves the file alone where nothing in it changed.
    (folder / "semantic_manifest.json").touch()
