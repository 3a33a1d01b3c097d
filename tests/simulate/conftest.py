"""Small stories, told in a folder of their own with the project's contracts."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from onemart.project import Project, Shop, find_project
from onemart.simulate.settings import Settings
from onemart.simulate.tell import tell

FIRST = date(2024, 11, 4)
END = datetime(2025, 1, 13)

Tell = Callable[..., "Told"]


class Told:
    """What one or more runs wrote."""

    def __init__(self, folder: Path, shop: Shop) -> None:
        self.folder = folder
        self.shop = shop
        self.connection = duckdb.connect()

    def files(self, feed: str) -> list[Path]:
        return sorted((self.shop.landing / feed.replace(".", "/")).glob("*"))

    def rows(self, feed: str) -> str:
        """Return SQL for all lines that were delivered of a feed, in the order of their files."""
        files = self.files(feed)
        paths = ", ".join(f"'{file}'" for file in files)
        read = f"read_csv([{paths}], all_varchar = true)" if files[0].suffix == ".csv" else ""
        return f"(select * from {read or f'read_parquet([{paths}])'})"

    def plan(self, table: str) -> str:
        return f"read_parquet('{self.folder}/simulated/{self.shop.name}/story/{table}/*.parquet')"

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        return self.connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def tell_story(tmp_path_factory: pytest.TempPathFactory) -> Tell:
    def tell_it(
        moments: Iterable[datetime] = (END,),
        *,
        customers: int = 150,
        mode: str = "full",
        **options: object,
    ) -> Told:
        folder = tmp_path_factory.mktemp("story")
        project = find_project(Path(__file__))
        shop = replace(project.shop("demo"), landing=folder / "landing")
        begun = Settings(seed=3, customers=customers, first=FIRST, base_end=END.date(), mode=mode)
        for moment in moments:
            tell(_InFolder(project.root, folder), shop, begun, moment, **options)  # type: ignore[arg-type]
        return Told(folder, shop)

    return tell_it


@pytest.fixture(scope="session")
def told(tell_story: Tell) -> Told:
    """Ten weeks of 150 customers, told in one go."""
    return tell_story()


class _InFolder(Project):
    """The project with its state elsewhere."""

    def __init__(self, root: Path, folder: Path) -> None:
        super().__init__(root)
        object.__setattr__(self, "folder", folder)

    @property
    def state(self) -> Path:
        return Path(self.folder)  # type: ignore[attr-defined]
