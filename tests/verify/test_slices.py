"""The slices are small parts of the samples, and their second stage corrects the first."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.mart.synthetic import PROJECT

from onemart.project import Project, Shop
from onemart.verify.slices import (
    Slice,
    complete_journey_slice,
    demo_slice,
    uci_online_retail_slice,
)

UCI = PROJECT.parent / "shared/data/uci_online_retail/online_retail_2010_2011.parquet"


def delivered(part: Slice, folder: Path) -> tuple[Shop, list[set[str]]]:
    """Run both stages; return the shop and the files of each."""
    shop = Project(folder).shop(part.shop)
    names: list[set[str]] = []
    for stage in part.stages:
        before = set().union(*names)
        stage(shop)
        names.append({path.name for path in shop.landing.rglob("*.*")} - before)
    return shop, names


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"set file_search_path = '{folder}'")
        return connection.execute(query).fetchall()


def test_complete_journey_comes_in_two_stages(tmp_path: Path) -> None:
    shop, (first, later) = delivered(complete_journey_slice(), tmp_path)
    assert {name for name in first if "week" in name} == {
        "transactions_week_01.csv",
        "transactions_week_02.csv",
        "transactions_week_03.csv",
        "transactions_week_04.csv.gz",
    }
    assert "products_2017-12-31.csv.gz" in first
    assert later == {
        "transactions_week_03_v2.csv",
        "transactions_week_05.csv",
        "transactions_week_06.csv",
    }
    folder = shop.landing / "complete_journey/transactions"
    week = "transactions_week_03"
    [(households, strangers)] = rows(
        folder,
        "select count(distinct household_id), count(*) filter (household_id % 20 <> 0)"
        f" from '{week}.csv'",
    )
    assert 50 < households < 130
    assert strangers == 0
    [(kept, gone, cents)] = rows(
        folder,
        "select count(new.basket_id), count(*) filter (new.basket_id is null),"
        " max(cast(new.sales_value as decimal(12, 2)) - cast(old.sales_value as decimal(12, 2)))"
        f" from '{week}.csv' as old left join '{week}_v2.csv' as new"
        " on old.basket_id = new.basket_id and old.product_id = new.product_id",
    )
    assert kept > gone > 0
    assert cents == Decimal("0.01")


@pytest.mark.needs("UCI Online Retail in ../shared/data")
def test_uci_online_retail_comes_in_two_stages(tmp_path: Path) -> None:
    if not UCI.is_file():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("There is no ../shared/data.")
    shop, (first, later) = delivered(uci_online_retail_slice(UCI), tmp_path)
    assert first == {"invoice_lines_2010-12.csv", "invoice_lines_2011-01.csv"}
    assert later == {"invoice_lines_2010-12_v2.csv", "invoice_lines_2011-02.csv"}
    [(before, after, returns)] = rows(
        shop.landing / "uci_online_retail/invoice_lines",
        "select (select count(*) from 'invoice_lines_2010-12.csv'),"
        " (select count(*) from 'invoice_lines_2010-12_v2.csv'),"
        " (select count(*) from 'invoice_lines_2010-12.csv' where \"InvoiceNo\" like 'C%')",
    )
    assert before > after > before / 2
    assert returns > 0


def test_simulated_shop_has_its_last_fortnight_later(tmp_path: Path) -> None:
    for name in ("dbt_project.yml", "expectations"):
        (tmp_path / name).symlink_to(PROJECT / name)
    shop, (first, later) = delivered(demo_slice(customers=20), tmp_path)
    orders = [{name for name in names if name.startswith("orders_")} for names in (first, later)]
    assert orders == [{"orders_2025-06-06_to_2025-11-27.parquet"}, {"orders_2025-11-28.parquet"}]
    # Stock of the same goods is counted again, so there is something to replace.
    assert any(name.startswith("inventory_snapshots_") for name in later)
    assert shop.name == "demo"
