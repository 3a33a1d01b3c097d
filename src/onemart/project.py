"""Where a project and its shops keep their files."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from onemart.errors import UsageError

__all__ = ["DEFAULT_SHOP", "Project", "Shop", "find_project"]

DEFAULT_SHOP = "complete_journey"
_SHOP_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class Shop:
    """The folders and the warehouse of one shop.

    Attributes
    ----------
    name : str
        Lowercase name, also the warehouse's file name.
    root : pathlib.Path
        The project's folder.
    landing, archive, rejected, work : pathlib.Path
        Where deliveries arrive, where accepted and rejected ones end, and where the one at the
        gate stays meanwhile. All four belong on one file system: files move between them by rename.
    warehouse : pathlib.Path
        The DuckDB file.
    lock : pathlib.Path
        The file that the running gate holds.
    """

    name: str
    root: Path
    landing: Path
    archive: Path
    rejected: Path
    work: Path
    warehouse: Path
    lock: Path


@dataclass(frozen=True)
class Project:
    """A clone of Onemart: the folder with `dbt_project.yml`."""

    root: Path

    @property
    def contracts(self) -> Path:
        """The folder of the data contracts."""
        return self.root / "expectations"

    @property
    def state(self) -> Path:
        """The folder for locks, files at the gate and the key of the PII hashes."""
        return self.root / ".onemart"

    def shop(self, name: str | None = None) -> Shop:
        """Return the shop called `name`, else the one in ONEMART_SHOP, else the sample shop.

        Raises
        ------
        UsageError
            If the name is not lowercase letters, digits and underscores.
        """
        name = name or os.environ.get("ONEMART_SHOP") or DEFAULT_SHOP
        if not _SHOP_NAME.fullmatch(name):
            raise UsageError(
                f"'{name}' cannot name a shop.",
                "Use lowercase letters, digits and underscores, and begin with a letter.",
            )
        warehouse = os.environ.get("ONEMART_WAREHOUSE")
        return Shop(
            name=name,
            root=self.root,
            landing=self.root / "landing" / name,
            archive=self.root / "archive" / name,
            rejected=self.root / "rejected" / name,
            work=self.state / "gate" / name,
            warehouse=Path(warehouse) if warehouse else self.root / f"warehouse/{name}.duckdb",
            lock=self.state / f"{name}.lock",
        )


def find_project(start: Path | None = None) -> Project:
    """Return the project that holds `start` (default: ONEMART_PROJECT_DIR, else where we are).

    Raises
    ------
    UsageError
        If neither the folder nor one above it has a `dbt_project.yml`.
    """
    start = start or Path(os.environ.get("ONEMART_PROJECT_DIR") or Path.cwd())
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "dbt_project.yml").is_file():
            return Project(folder)
    raise UsageError(
        f"No dbt_project.yml in {start} or above it.",
        "Run onemart inside the clone, or name the clone in ONEMART_PROJECT_DIR.",
    )
