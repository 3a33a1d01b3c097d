"""A small shop to build on both warehouses, partly written by hand, partly simulated."""

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tests.mart.small_shops import DELIVERIES, PLACEMENT, PLACEMENTS

from onemart.project import Shop
from onemart.verify.slices import Slice, Stage, demo_slice

# All files tell of the same half year: each year without a sale would be many rows of zeros.
_END = date(2017, 6, 1)
_YEARS = {"2010-": "2016-", "2011-": "2017-"}


def small_slices(contracts: Path) -> list[Slice]:
    """Return one shop that got the files written by hand, as if it had bought others, and its own.

    A model that is built costs the emulator the same, however few the rows are. So there is one
    shop, built twice: the second build sends all that an incremental build sends. `make parity` has
    the shops by themselves.
    """
    simulated = demo_slice(customers=80, end=_END)
    first, *later = simulated.stages
    return [
        replace(
            simulated,
            stages=(partial(deliver_by_hand_and, first), *later),
            what=f"files written by hand, and {simulated.what}",
            contracts=contracts,
        )
    ]


def deliver_by_hand_and(stage: Stage, shop: Shop) -> None:
    """Bring the files written by hand, promotions, which stand in rows, and those of `stage`."""
    stage(shop)
    for file in filter(Path.is_file, DELIVERIES.rglob("*")):
        target = shop.landing / _in_later_years(str(file.relative_to(DELIVERIES)))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_in_later_years(file.read_text()))
    promotions = shop.landing / "complete_journey" / "promotions"
    promotions.mkdir()
    for name, rows in PLACEMENTS.items():
        columns = [list(column) for column in zip(*rows, strict=True)]
        pq.write_table(pa.table(columns, names=PLACEMENT), promotions / name)


def _in_later_years(text: str) -> str:
    for year, later in _YEARS.items():
        text = text.replace(year, later)
    return text
