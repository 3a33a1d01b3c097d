"""Three small shops to build on both warehouses: two written by hand, one simulated."""

import shutil
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tests.mart.small_shops import DELIVERIES, PLACEMENT, PLACEMENTS

from onemart.project import Shop
from onemart.verify.slices import Slice, demo_slice


def small_slices(contracts: Path) -> list[Slice]:
    """Return the shops; the simulated one is built twice, with what comes later in between.

    A second build sends all that an incremental build sends, of all models, so one shop is enough.
    """
    by_hand = [
        Slice(shop, date, (partial(deliver_by_hand, shop),), "written by hand", contracts)
        for shop, date in (("complete_journey", "2017-01-15"), ("uci_online_retail", "2011-04-30"))
    ]
    return [*by_hand, demo_slice(customers=80)]


def deliver_by_hand(source: str, shop: Shop) -> None:
    """Bring the files written by hand, and promotions, which stand in rows."""
    landing = shop.landing / source
    shutil.copytree(DELIVERIES / source, landing, dirs_exist_ok=True)
    if source == "complete_journey":
        folder = landing / "promotions"
        folder.mkdir()
        for name, rows in PLACEMENTS.items():
            columns = [list(column) for column in zip(*rows, strict=True)]
            pq.write_table(pa.table(columns, names=PLACEMENT), folder / name)
