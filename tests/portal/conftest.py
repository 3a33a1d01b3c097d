"""A small shop whose portal is published once, and a browser that looks at it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.mart.synthetic import PROJECT

from onemart.portal.reading import open_reading
from onemart.portal.site import site_files, write_site
from onemart.project import Project, Shop
from onemart.verify.parity import Parity

CHROMIUM = "/usr/bin/chromium"
# Without these a browser asks its maker for news as soon as it starts.
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

# What vendors could send to have a page run it, or fall over it.
SCRIPT = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
QUOTES = "prices \"of\" 'today' & <b>tomorrow</b>.csv"
LONG = "long" * 2_500


@dataclass
class Site:
    """A published portal.

    Attributes
    ----------
    folder : pathlib.Path
        Where it was written.
    shop : Shop
        The shop that it shows.
    files : dict
        Its files by path.
    """

    folder: Path
    shop: Shop
    files: dict[str, bytes]

    @property
    def pages(self) -> list[str]:
        """The pages that the portal itself wrote, by path."""
        return [
            path
            for path, content in self.files.items()
            if path.endswith(".html") and b'data-root="' in content[:200]
        ]


@pytest.fixture(scope="session")
def small_shop(parity: Parity, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Copy the small shop, and plant what must only ever be shown as text."""
    copied = tmp_path_factory.mktemp("portal") / "demo.duckdb"
    shutil.copyfile(parity.shops[0].folder / "parity.duckdb", copied)
    plant(copied)
    return replace(Project(PROJECT).shop("demo"), warehouse=copied)


def plant(warehouse: Path) -> None:
    """Plant names in the marts and the ledger that are markup, have quotes, or never end."""
    with duckdb.connect(str(warehouse)) as connection:
        categories = connection.execute(
            "select category from marts.dim_products group by category order by count(*) desc"
        ).fetchall()
        for mart in ("dim_products", "dim_product_versions"):
            connection.execute(
                f"update marts.{mart} set product_name ="
                " case when length(product_id) % 2 = 0 then ? else ? end",
                [SCRIPT, LONG],
            )
            for [category], planted in zip(categories, (SCRIPT, LONG), strict=False):
                connection.execute(
                    f"update marts.{mart} set category = ? where category = ?", [planted, category]
                )
        connection.execute("update ops.delivery_log set file_name = ?", [QUOTES])


@pytest.fixture(scope="session")
def site(small_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Publish the small shop."""
    folder = tmp_path_factory.mktemp("site")
    with open_reading(Project(PROJECT), small_shop) as reading:
        write_site(reading, folder)
        files, _ = site_files(reading)
    return Site(folder, small_shop, files)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()
