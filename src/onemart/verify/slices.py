"""Slices of the sample shops, small enough for the emulator, delivered in two stages.

The second stage brings later files and corrects an earlier one, so that what follows is a build
that replaces days and not only adds some.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from onemart.project import Project, Shop
from onemart.samples.complete_journey import write_complete_journey
from onemart.samples.delivery import SampleFile
from onemart.samples.uci_online_retail import write_uci_online_retail
from onemart.simulate.settings import Settings
from onemart.simulate.tell import tell

__all__ = ["Slice", "complete_journey_slice", "demo_slice", "uci_online_retail_slice"]

Stage = Callable[[Shop], object]
"""Puts files into the landing folder of a shop; can be pickled, for another process to call."""


@dataclass(frozen=True)
class Slice:
    """A shop to build on two warehouses.

    Attributes
    ----------
    shop : str
        The shop's name, by which dbt knows its settings.
    business_date : str
        The last closed day of the last stage.
    stages : tuple of callable
        What is delivered before each build.
    what : str
        What is delivered, for the certificate.
    contracts : pathlib.Path, optional
        The folder of the contracts; by default the project's.
    """

    shop: str
    business_date: str
    stages: tuple[Stage, ...]
    what: str
    contracts: Path | None = None


_WEEK = re.compile(r"transactions_week_(\d\d)")
# By feed, which rows of the Complete Journey are in the slice; feeds that are not here stay whole.
_KEPT = {
    "transactions": "household_id % 20 = 0",
    "promotions": "week <= 6 and store_id % 50 = 0",
    "campaigns": "cast(household_id as bigint) % 20 = 0",
    "coupon_redemptions": "cast(household_id as bigint) % 20 = 0",
}
_CORRECTED_WEEK = 3
_TENTH_INVOICE = 'cast(right("InvoiceNo", 5) as bigint) % 10 = 0'


def complete_journey_slice() -> Slice:
    """Return six weeks of every twentieth household, with a correction of the third week."""
    return Slice(
        "complete_journey",
        "2017-02-05",
        (
            partial(write_complete_journey, choose=_four_weeks),
            partial(write_complete_journey, choose=_two_weeks_and_a_correction),
        ),
        "weeks 1 to 6 of every twentieth household, week 3 corrected; all products and coupons",
    )


def uci_online_retail_slice(file: Path) -> Slice:
    """Return every tenth invoice of three months, with a correction of the first.

    Parameters
    ----------
    file : pathlib.Path
        The data set, as `onemart sample uci_online_retail --from` takes it.
    """
    return Slice(
        "uci_online_retail",
        "2011-02-28",
        (
            partial(write_uci_online_retail, file=file, choose=_two_months),
            partial(write_uci_online_retail, file=file, choose=_one_month_and_a_correction),
        ),
        "every tenth invoice of December 2010 to February 2011, December corrected",
    )


def demo_slice(*, customers: int = 300, end: date = date(2025, 12, 12)) -> Slice:
    """Return the simulated shop's half year before `end`, whose last fortnight comes later.

    What happens in it changes much of what was delivered before: orders are shipped, refunded and
    reviewed, prices and customers change.
    """
    first = end - timedelta(weeks=27)
    begun = Settings(seed=3, customers=customers, first=first, base_end=end, mode="full")
    return Slice(
        "demo",
        str(end - timedelta(days=1)),
        (partial(_all_but_a_fortnight, begun), _the_last_fortnight),
        f"{customers} simulated customers from {first} on, the last fortnight of it later",
    )


def _all_but_a_fortnight(begun: Settings, shop: Shop) -> None:
    # A feed comes in two files: each costs the emulator as much as thousands of rows.
    end = datetime.combine(begun.base_end, time())
    for file in tell(Project(shop.root), shop, begun, end, by="fortnight"):
        if "_to_" not in file.name:
            _move(file, shop.landing, _kept_back(shop))


def _the_last_fortnight(shop: Shop) -> None:
    for file in list(_kept_back(shop).rglob("*.*")):
        _move(file, _kept_back(shop), shop.landing)


def _kept_back(shop: Shop) -> Path:
    return shop.landing.with_name(f"{shop.landing.name}_later")


def _move(file: Path, folder: Path, to: Path) -> None:
    target = to / file.relative_to(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    file.rename(target)


def _four_weeks(file: SampleFile) -> SampleFile | None:
    return _kept(file) if _week(file) <= 4 else None


def _two_weeks_and_a_correction(file: SampleFile) -> SampleFile | None:
    if _week(file) == _CORRECTED_WEEK:
        return _corrected(_kept(file), "basket_id", "sales_value")
    return _kept(file) if _week(file) in {5, 6} else None


def _two_months(file: SampleFile) -> SampleFile | None:
    wanted = any(month in file.name for month in ("2010-12", "2011-01"))
    return _only(file, _TENTH_INVOICE) if wanted else None


def _one_month_and_a_correction(file: SampleFile) -> SampleFile | None:
    if "2010-12" in file.name:
        return _corrected(_only(file, _TENTH_INVOICE), "Quantity", "UnitPrice")
    return _only(file, _TENTH_INVOICE) if "2011-02" in file.name else None


def _week(file: SampleFile) -> int:
    """Return the week of a file of transactions; other feeds come with the first week."""
    found = _WEEK.match(file.name)
    return int(found[1]) if found else 1


def _kept(file: SampleFile) -> SampleFile:
    return _only(file, _KEPT[file.feed]) if file.feed in _KEPT else file


def _only(file: SampleFile, condition: str) -> SampleFile:
    return replace(file, query=f"select * from ({file.query}) as kept where {condition}")


def _corrected(file: SampleFile, column: str, money: str) -> SampleFile:
    """Return the second version of a file: every fifth value of `column` gone, a cent on top."""
    stem, dot, suffix = file.name.partition(".")
    query = (
        f'select * replace ("{money}" + 0.01 as "{money}") from ({file.query}) as corrected'
        f' where cast("{column}" as bigint) % 5 <> 0'
    )
    return SampleFile(file.feed, f"{stem}_v2{dot}{suffix}", query)
