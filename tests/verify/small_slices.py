"""Two small shops to build on both warehouses: one written by hand, one simulated."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tests.mart.small_shops import DELIVERIES, PLACEMENT, PLACEMENTS

from onemart.project import Shop
from onemart.verify.slices import Slice, demo_slice


def small_slices(contracts: Path) -> list[Slice]:
    """Return the shops; the simulated one is built twice, with what comes later in between.

    A second build sends all that an incremental build sends, of all models, so one shop is enough.
    And the files by hand go to one shop, as if it had bought the other: a model that is built costs
    the emulator the same, however few the rows are. `make parity` has both shops by themselves.
    """
    by_hand = Slice(
        "complete_journey", "2017-01-15", (deliver_by_hand,), "written by hand", contracts
    )
    return [by_hand, demo_slice(customers=80)]


def deliver_by_hand(shop: Shop) -> None:
    """Bring the files written by hand, and promotions, which stand in rows."""
    shutil.copytree(DELIVERIES, shop.landing, dirs_exist_ok=True)
    promotions = shop.landing / "complete_journey" / "promotions"
    promotions.mkdir()
    for name, rows in PLACEMENTS.items():
        columns = [list(column) for column in zip(*rows, strict=True)]
        pq.write_table(pa.table(columns, names=PLACEMENT), promotions / name)
