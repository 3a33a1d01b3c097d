"""Two small shops whose files, in `deliveries/`, go through the real gate.

`deliveries/<shop>/<feed>/` holds the files as the vendors send them, written by hand so that every
figure in the marts can be checked by hand. Promotions are Parquet and stand here as rows.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.mart.synthetic import FILE_NAME, PROJECT, SyntheticWarehouse

from onemart.feeds.contract import Contract
from onemart.feeds.gate import Gate, land, open_gate
from onemart.feeds.replay import export_quarantine, read_repairs, replay, waive
from onemart.project import Project

DELIVERIES = Path(__file__).with_name("deliveries")
BEGUN = datetime(2017, 3, 1, 6)  # noqa: DTZ001
"""When the first file arrives, by the gate's clock: months of arrival are in golden files."""

PLACEMENT = ["product_id", "store_id", "display_location", "mailer_location", "week"]
PLACEMENTS = {
    "promotions_2017.parquet": [
        (26093, 367, "0", "A", 1),
        (26093, 367, "5", "A", 2),
        (26190, 367, "0", "D", 2),
        (26355, 406, "9", "0", 2),
        (999999, 292, "A", "H", 3),
        # The contract knows no place Q.
        (26190, 406, "Q", "0", 3),
    ],
    "promotions_2017_v2.parquet": [(26093, 367, "5", "D", 2), (26355, 406, "9", "0", 2)],
}

# What the contracts expect of a shop with thousands of lines a week, and of shops with a handful:
# there, one bad line is more than 5 % of a file, and no list is full.
_SOURCES = ("complete_journey", "uci_online_retail")
_SIZES = {
    "            min_value: 50000\n": ("            min_value: 2\n", 2),
    "      maxBadShare: 0.05\n": ("      maxBadShare: 0.25\n", 10),
}


def write_contracts(folder: Path) -> None:
    """Copy the project's contracts, those of the small shops with the sizes of `_SIZES`."""
    shutil.copytree(PROJECT / "expectations", folder)
    contracts = [path for source in _SOURCES for path in (folder / source).glob("*.yml")]
    for full, (small, times) in _SIZES.items():
        found = 0
        for path in contracts:
            text = path.read_text(encoding="utf-8")
            found += text.count(full)
            path.write_text(text.replace(full, small), encoding="utf-8")
        assert found == times, f"{full.strip()} stands in the contracts {found} times, not {times}"


@dataclass
class SmallShop(SyntheticWarehouse):
    """A shop in a folder of its own; the gate writes its warehouse."""

    shop_name: str = "complete_journey"

    @property
    def project(self) -> Project:
        return Project(self.path.parent)

    @classmethod
    def open(cls, folder: Path, name: str) -> "SmallShop":
        """Make the shop, with nothing delivered yet."""
        folder.mkdir(parents=True)
        (folder / "dbt_project.yml").write_text("name: small\n")
        write_contracts(folder / "expectations")
        shop = cls(folder / FILE_NAME, shop_name=name)
        with shop.gate():
            pass
        return shop

    def copy(self, folder: Path) -> "SmallShop":
        """Copy the shop with all that it has."""
        # dbt keeps its connection to the end of the process; what it wrote may still be in the log.
        self.run("checkpoint")
        shutil.copytree(self.path.parent, folder, ignore=shutil.ignore_patterns("*.wal"))
        return replace(self, path=folder / FILE_NAME)

    @contextmanager
    def gate(self) -> Iterator[Gate]:
        shop = replace(self.project.shop(self.shop_name), warehouse=self.path)
        with open_gate(
            self.project, shop, "land", on_step=lambda _step, _file: None, timeout=5
        ) as gate:
            assert not gate.contract_errors
            yield gate

    def do(self, *arrivals: "Arrival") -> None:
        """Let all this happen, an hour after the other, with the gate opened once."""
        with self.gate() as gate, pytest.MonkeyPatch.context() as patch:
            for arrival in arrivals:
                passed = gate.warehouse.value("select count(*) as rows from ops.delivery_log")
                patch.setenv("ONEMART_NOW", str(BEGUN + timedelta(hours=passed)))
                arrival(self, gate)

    def contract(self, gate: Gate, name: str) -> Contract:
        # Both shops are called as the only source that delivers to them.
        return next(
            contract
            for contract in gate.contracts
            if (contract.source, contract.feed) == (self.shop_name, name)
        )


Arrival = Callable[[SmallShop, Gate], None]


def arrives(file_name: str, *, status: str = "accepted") -> Arrival:
    """Return the delivery of a file, which ends at the gate with `status`."""
    feed = _feed(file_name)

    def deliver(shop: SmallShop, gate: Gate) -> None:
        contract = shop.contract(gate, feed)
        folder = gate.shop.landing / contract.source / feed
        folder.mkdir(parents=True, exist_ok=True)
        if feed == "promotions":
            columns = map(list, zip(*PLACEMENTS[file_name], strict=True))
            pq.write_table(pa.table(list(columns), names=PLACEMENT), folder / file_name)
        else:
            shutil.copy(DELIVERIES / shop.shop_name / feed / file_name, folder)
        report = land(gate, on_start=lambda _files: None, on_end=lambda _outcome: None)
        ended = [(outcome.file_name, outcome.status) for outcome in report.outcomes]
        assert ended == [(file_name, status)], report.outcomes

    return deliver


def is_repaired(file_name: str, wrong: str, right: str) -> Arrival:
    """Return the repair and replay of the one quarantined line of a file that holds `wrong`."""
    feed = _feed(file_name)

    def repair(shop: SmallShop, gate: Gate) -> None:
        contract = shop.contract(gate, feed)
        exported = [json.loads(line) for line in export_quarantine(gate, contract)]
        [told] = [
            told for told in exported
            if told["file_name"] == file_name and wrong in told["record"]
        ]  # fmt: skip
        told["record"] = told["record"].replace(wrong, right)
        path = shop.path.with_name("repairs.jsonl")
        path.write_text(json.dumps(told) + os.linesep, encoding="utf-8")
        replayed = replay(gate, contract, original=told["delivery_id"], repairs=read_repairs(path))
        assert [one.accepted for one in replayed] == [1]

    return repair


def is_waived(file_name: str) -> Arrival:
    """Return the decision to give up all quarantined lines of a file."""
    feed = _feed(file_name)

    def decide(shop: SmallShop, gate: Gate) -> None:
        contract = shop.contract(gate, feed)
        exported = [json.loads(line) for line in export_quarantine(gate, contract)]
        [original] = {told["delivery_id"] for told in exported if told["file_name"] == file_name}
        waive(gate, contract, original=original, lines=[], why="came again, corrected")

    return decide


def _feed(file_name: str) -> str:
    return re.split("_(20|week)", file_name, maxsplit=1)[0]
