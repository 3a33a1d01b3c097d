"""Whatever the order in which an hour's files arrive, a watch ends where a full refresh does."""

import random
import shutil
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from tests.mart.synthetic import PROJECT

from onemart.build import build
from onemart.feeds.gate import Outcome, land, open_gate
from onemart.project import Project, Shop
from onemart.simulate.settings import Settings
from onemart.simulate.tell import tell
from onemart.watch.watch import Watch

ROUNDS = 3
MODELS_ONLY = ["--exclude-resource-type", "test", "unit_test"]
BEGUN = Settings(
    seed=3, customers=300, first=date(2025, 9, 29), base_end=date(2025, 11, 10), mode="full"
)


@pytest.fixture
def corner(tmp_path: Path) -> Shop:
    """Tell six weeks of a small shop; its project is the clone's."""
    folder = tmp_path / "corner"
    folder.mkdir()
    for name in ("dbt_project.yml", "profiles.yml", "expectations"):
        (folder / name).symlink_to(PROJECT / name)
    shop = Project(folder).shop("demo")
    tell(Project(folder), shop, BEGUN, datetime(2025, 11, 10), by="week")  # noqa: DTZ001
    return shop


@pytest.fixture(autouse=True)
def environment(corner: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEMART_TARGET", "dev")
    monkeypatch.setenv("ONEMART_SHOP", corner.name)
    monkeypatch.setenv("ONEMART_WAREHOUSE", str(corner.warehouse))
    monkeypatch.setenv("ONEMART_PII_KEY", "of this test alone")
    monkeypatch.chdir(PROJECT)


def set_aside(shop: Shop, folder: Path) -> list[tuple[Path, Path]]:
    """Move what lies in landing away; return where each file lies now and where it belongs."""
    files = []
    for path in sorted(shop.landing.rglob("*.*")):
        if path.is_file():
            aside = folder / path.relative_to(shop.landing)
            aside.parent.mkdir(parents=True, exist_ok=True)
            path.replace(aside)
            files.append((aside, path))
    return files


def correct(lines: Path) -> Path:
    """Write a later version of a file of order lines: one deleted, one sold for a cent less."""
    corrected = lines.with_name(f"{lines.stem}_v2.parquet")
    duckdb.execute(f"""
        copy (
            select * exclude (place) replace (
                updated_at + to_hours(30) as updated_at,
                place = 1 as is_deleted,
                cast(net_amount - case when place = 2 then 0.01 else 0 end as decimal(12, 2))
                    as net_amount
            )
            from (
                select *, row_number() over (order by order_id, line_number) as place
                from read_parquet('{lines}')
            )
            where place <= 2
        ) to '{corrected}' (format parquet)
    """)
    return corrected


def copy_marts(shop: Shop, schema: str) -> list[str]:
    """Keep all marts as they are now; return their names."""
    with duckdb.connect(str(shop.warehouse)) as connection:
        connection.execute(f"create schema {schema}")
        found = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
        ).fetchall()
        for (table,) in found:
            connection.execute(f"create table {schema}.{table} as from marts.{table}")
    return [table for (table,) in found]


def differing(shop: Shop, schema: str, tables: list[str]) -> dict[str, int]:
    """Return the marts that are not as they were kept, and in how many rows."""
    differences = {}
    with duckdb.connect(str(shop.warehouse)) as connection:
        for table in tables:
            ((rows,),) = connection.execute(
                f"select count(*) from ((from marts.{table} except all from {schema}.{table})"
                f" union all (from {schema}.{table} except all from marts.{table}))"
            ).fetchall()
            if rows:
                differences[table] = rows
    return differences


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "seed", [7, *(pytest.param(seed, marks=pytest.mark.torture) for seed in (11, 23, 42))]
)
def test_a_watch_ends_where_a_full_refresh_does(corner: Shop, tmp_path: Path, seed: int) -> None:
    """Hourly files in random order, late, corrected and deleted, against a build of everything.

    What is built by the hour is compared as it is after the last hour, the rest after the night.
    """
    project = Project(PROJECT)
    with open_gate(project, corner, "test", on_step=lambda *_: None, timeout=60) as gate:
        land(gate, on_start=lambda _: None, on_end=lambda _: None)
    assert build(project, corner, MODELS_ONLY).success
    watch = Watch(project, corner)
    assert watch.is_built()
    tell(
        Project(corner.root),
        corner,
        BEGUN,
        datetime(2025, 11, 10, 16),  # noqa: DTZ001
        by="hour",
    )
    files = set_aside(corner, tmp_path / "aside")
    sales, place = next(file for file in files if file[0].name.startswith("order_lines_"))
    files.append((corrected := correct(sales), place.with_name(corrected.name)))
    random.Random(seed).shuffle(files)  # noqa: S311
    outcomes: list[Outcome] = []
    broken: set[str] = set()
    for number in range(ROUNDS):
        for aside, place in files[number::ROUNDS]:
            shutil.move(aside, place)
        hour = watch.hour(outcomes.append)
        assert not hour.failed
        broken |= {test.name for test, _ in hour.broken}
        assert hour.tested
        # Less is built than there is, and profit waits for the night.
        assert "fct_order_lines" in hour.built
        assert "fct_profit_lines" in hour.left
    assert {outcome.status for outcome in outcomes} == {"accepted"}
    assert len(outcomes) == len(files)
    # The orders were not told of what happened to their lines, which a test of that hour finds.
    assert broken == {"an_orders_total_is_its_net_lines_shipping_tax_on_top_and_rounding"}

    marts = copy_marts(corner, "by_hour")
    by_hour = [table for table in marts if table in watch.watcher.lineage.hourly]
    assert build(project, corner, MODELS_ONLY).success
    copy_marts(corner, "by_night")
    assert not differing(corner, "by_hour", by_hour), "the night changed what the hours had made"
    assert build(project, corner, [*MODELS_ONLY, "--full-refresh"]).success
    assert not differing(corner, "by_night", marts)
