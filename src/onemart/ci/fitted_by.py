"""Which code of the package each Python model runs: dbt sees the model's file and no further."""

import ast
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["code_of_python_models"]

_PACKAGE = "onemart"


def code_of_python_models(manifest: Mapping[str, Any], source: Path) -> dict[str, str]:
    """Return a hash of all code of the package that each Python model imports, however deep.

    Parameters
    ----------
    manifest : Mapping
        dbt's manifest, as it is in manifest.json.
    source : pathlib.Path
        The folder that the package lies in.

    Returns
    -------
    dict
        SHA-256, in hexadecimal digits, by the unique id of the model.
    """
    return {
        name: _hash(_files_behind(node["raw_code"], source), source)
        for name, node in manifest["nodes"].items()
        if node.get("language") == "python"
    }


def _files_behind(code: str, source: Path) -> set[Path]:
    found: set[Path] = set()
    waiting = [code]
    while waiting:
        new = set(_imported(waiting.pop(), source)) - found
        found |= new
        waiting += [path.read_text(encoding="utf-8") for path in sorted(new)]
    return found


def _imported(code: str, source: Path) -> Iterator[Path]:
    """Yield the package's files that this code names in an import, wherever it stands."""
    for node in ast.walk(ast.parse(code)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from a import b`: b is a module of a, or something in it.
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            if name.split(".")[0] == _PACKAGE:
                path = source / name.replace(".", "/")
                yield from filter(Path.is_file, (path.with_suffix(".py"), path / "__init__.py"))


def _hash(files: set[Path], source: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(source).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
