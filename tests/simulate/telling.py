"""Small stories, told in a folder of their own with the project's contracts."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import duckdb
from tests.mart.synthetic import PROJECT

from onemart.feeds.contract import load_contract
from onemart.project import Project
from onemart.simulate.settings import Settings
from onemart.simulate.tell import tell

FIRST = date(2024, 11, 4)
END = datetime(2025, 1, 13)  # noqa: DTZ001  (times are UTC, without zone)


def project_in(folder: Path) -> Project:
    """Make a project in a folder, with the settings and contracts of this one."""
    folder.mkdir(exist_ok=True)
    for name in ("dbt_project.yml", "expectations"):
        (folder / name).symlink_to(PROJECT / name)
    return Project(folder)


class Told:
    """What runs of a story wrote, one until each moment, by the hour where that is one."""

    def __init__(
        self,
        folder: Path,
        moments: Iterable[datetime] = (END,),
        *,
        customers: int = 100,
        first: date = FIRST,
        mode: str = "full",
    ) -> None:
        project = project_in(folder)
        self.shop = project.shop("demo")
        self.folder = project.state / "simulated" / self.shop.name
        self._connection = duckdb.connect()
        begun = Settings(seed=3, customers=customers, first=first, base_end=END.date(), mode=mode)
        for moment in moments:
            tell(project, self.shop, begun, moment, by="hour" if moment.hour else "day")

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        return self._connection.execute(sql).fetchall()

    @property
    def feeds(self) -> list[str]:
        folders = self.shop.landing.glob("*/*")
        return sorted(f"{folder.parent.name}.{folder.name}" for folder in folders)

    def files(self, feed: str) -> list[Path]:
        return sorted((self.shop.landing / feed.replace(".", "/")).glob("*"))

    def latest(self, feed: str) -> set[tuple[object, ...]]:
        """Return what counts of a feed when all its files have come."""
        source, _, table = feed.partition(".")
        contract = load_contract(PROJECT / "expectations" / source / f"{table}.yml")
        key = ", ".join(contract.key)
        columns = ", ".join(column.name for column in contract.columns)
        paths = [str(file) for file in self.files(feed)]
        if not paths:
            return set()
        read = {
            "csv": f"read_csv({paths}, all_varchar = true)",
            "jsonl": f"read_json({paths}, format = 'newline_delimited')",
            "parquet": f"read_parquet({paths})",
        }[contract.format]
        return set(
            self.ask(
                f"select {columns} from {read} qualify row_number() over ("
                f"partition by {key} order by {contract.deliveries.order_column} desc) = 1"
            )
        )

    def plan(self, table: str) -> str:
        """Return SQL that reads a plan."""
        return f"read_parquet('{self.folder}/story/{table}/*.parquet')"

    def truth(self, subject: str) -> str:
        """Return SQL that reads what estimators are to find."""
        return f"read_parquet('{self.folder}/truth/{subject}.parquet')"
