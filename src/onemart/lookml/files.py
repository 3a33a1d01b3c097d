"""The files of a LookML project."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import lkml

from onemart.errors import UsageError
from onemart.lookml.fields import GRANT
from onemart.lookml.project import Project

__all__ = ["HEADER", "files_of", "write_files"]

HEADER = (
    "# Written by `onemart lookml`; change dbt's models and metrics instead, and write it anew.\n"
)


def files_of(
    project: Project, *, connection: str, closed: str, dashboards: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the text of each file by its path in the project.

    Parameters
    ----------
    connection : str
        Name of the connection in Looker.
    closed : str
        SQL for the last closed day, at whose change Looker forgets what it has cached.
    dashboards : mapping of str to str, optional
        Text of each dashboard by name.
    """
    model: dict[str, Any] = {
        "connection": "@{CONNECTION}",
        "label": "Onemart",
        "week_start_day": "monday",
        "includes": ["/views/*.view.lkml", "/explores/*.explore.lkml"],
        "access_grants": [
            {
                "name": GRANT,
                "user_attribute": f"onemart_{GRANT}",
                "allowed_values": ["yes"],
            }
        ],
        "datagroups": [{"name": "onemart_built", "sql_trigger": closed, "max_cache_age": "1 hour"}],
        "persist_with": "onemart_built",
    }
    if dashboards:
        model["includes"].append("/dashboards/*.dashboard.lookml")
    found = {
        "manifest.lkml": 'project_name: "onemart"\n\n'
        f'constant: CONNECTION {{\n  value: "{connection}"\n  export: override_optional\n}}\n',
        "onemart.model.lkml": _dumped(model),
    }
    for name, view in project.views.items():
        found[f"views/{name}.view.lkml"] = _dumped({"views": [view]})
    for name, explore in project.explores.items():
        found[f"explores/{name}.explore.lkml"] = _dumped({"explores": [explore]})
    for name, text in (dashboards or {}).items():
        found[f"dashboards/{name}.dashboard.lookml"] = text
    return {path: f"{HEADER}\n{text}" for path, text in found.items()}


def _dumped(told: dict[str, Any]) -> str:
    return f"{(lkml.dump(told) or '').strip()}\n"


def write_files(folder: Path, files: dict[str, str]) -> None:
    """Write the files, and remove those that were written before and are no more.

    Raises
    ------
    UsageError
        If the folder cannot be written, or somebody else's file is in the way.
    """
    try:
        for path, text in files.items():
            target = folder / path
            if target.is_file() and not _is_ours(target):
                raise UsageError(
                    f"{target} was not written by `onemart lookml`.",
                    "Move it, or name another folder.",
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        for target in _lookml(folder):
            if str(target.relative_to(folder)) not in files and _is_ours(target):
                target.unlink()
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error}.", "Name another with --to."
        ) from error


def _lookml(folder: Path) -> Iterable[Path]:
    return [*folder.rglob("*.lkml"), *folder.rglob("*.dashboard.lookml")]


def _is_ours(path: Path) -> bool:
    return path.read_text(encoding="utf-8").startswith(HEADER)
