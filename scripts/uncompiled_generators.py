"""Lets the emulator work with the compiled sqlglot: import this before sqlglot.

The emulator derives its generator of DuckDB's SQL from sqlglot's, which a compiled class does not
allow. All but the generators is compiled then, and the emulator translates in half the time.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any


class UncompiledGenerators:
    """Finds the sources of sqlglot's generators, where the compiled modules would be found."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, _target: Any = None
    ) -> ModuleSpec | None:
        """Return the source of a generator; nothing for any other module."""
        if not name.startswith(("sqlglot.generator", "sqlglot.generators")):
            return None
        sources = (Path(folder) / f"{name.rpartition('.')[2]}.py" for folder in path or ())
        source = next(filter(Path.is_file, sources), None)
        return spec_from_file_location(name, source) if source else None


sys.meta_path.insert(0, UncompiledGenerators)
