"""Both warehouses hold the same marts, and a difference cannot hide."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.mart.synthetic import PROJECT

from onemart.errors import OnemartError
from onemart.project import Project
from onemart.verify import slices
from onemart.verify.certificate import NOT_VERIFIED
from onemart.verify.comparison import Table
from onemart.verify.parity import MadeShop, Parity, compare_shop, compared_models, main
from onemart.verify.slices import Slice
from onemart.warehouse.emulator import LACKS

MODELS = {path.stem for path in (PROJECT / "models/marts").rglob("*.sql")} | {
    path.stem for path in (PROJECT / "python_models").rglob("*.py")
}

# Nothing of the kind happens to so few customers, and no lifetimes can be fitted to them.
SELDOM = {
    "fct_chargebacks",
    "fct_warranty_claims",
    "lifetime_value_forecasts",
    "lifetime_value_ranges",
    "lifetime_value_survival",
    "rpt_lifetime_value_calibration",
    # No horizon of a kept prediction is over.
    "rpt_model_decay",
}


def test_every_mart_and_python_model_is_equal_on_both_warehouses(parity: Parity) -> None:
    differing = {
        f"{one.shop} {one.model}": [*one.comparison.problems, *map(str, one.comparison.differences)]
        for one in parity.certificate.compared
        if not one.comparison.equal
    }
    assert differing == {}
    assert parity.certificate.equal


def test_all_of_them_are_compared_and_none_is_empty(parity: Parity) -> None:
    rows: Counter[str] = Counter()
    for one in parity.certificate.compared:
        rows[one.model] += one.comparison.rows
    # Marts of the science folder have their place elsewhere, but are compared as well.
    assert rows.keys() >= MODELS
    empty = {model for model, count in rows.items() if not count}
    assert {model for model in empty if not model.startswith("metric ")} <= SELDOM


def test_every_source_delivers(parity: Parity) -> None:
    wanted = {contract.parent.name for contract in (PROJECT / "expectations").glob("*/*.yml")}
    archives = [made.shop.archive for made in parity.shops]
    assert {folder.name for archive in archives for folder in archive.iterdir()} == wanted


def test_make_parity_has_a_slice_of_every_shop() -> None:
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    shops = settings["vars"]["shops"]
    assert [shop for shop in shops if not hasattr(slices, f"{shop}_slice")] == []


def test_the_emulator_was_sent_what_built_its_marts(parity: Parity) -> None:
    assert "merge into" in parity.statements.read_text(encoding="utf-8").lower()


def both(parity: Parity) -> tuple[MadeShop, MadeShop]:
    first, second = parity.shops
    assert (first.target, second.target) == ("dev", "emulator")
    return first, second


def test_a_planted_difference_is_found(parity: Parity) -> None:
    _, second = both(parity)
    marts = second.marts()
    changed = dict(marts)
    orders = changed["fct_orders"]
    amount = list(orders.columns).index("net_sales_amount")
    row = list(orders.rows[0])
    row[amount] += Decimal("0.01")
    changed["fct_orders"] = Table(orders.columns, [tuple(row), *orders.rows[1:]])
    del changed["dim_stores"]
    compared = {one.model: one.comparison for one in compare_shop(second, marts, changed)}
    assert {name for name, found in compared.items() if not found.equal} == {
        "fct_orders",
        "dim_stores",
    }
    [difference] = compared["fct_orders"].differences
    assert difference.column == "net_sales_amount"
    assert list(difference.key) == ["order_id"]
    assert compared["fct_orders"].largest == {"net_sales_amount": Decimal("0.01")}
    assert compared["dim_stores"].problems == ["Target emulator has no such table."]


def test_marts_are_found_in_the_manifest(parity: Parity) -> None:
    first, second = both(parity)
    assert [m.name for m in compared_models(first.manifest)] == [
        m.name for m in compared_models(second.manifest)
    ]


def test_a_failure_of_dbt_ends_the_run(parity: Parity) -> None:
    first, _ = both(parity)
    with pytest.raises(OnemartError, match="dbt failed for shop demo on target dev"):
        first.dbt("run-operation", "no_such_macro")


def test_what_the_emulator_lacks_is_told_and_nothing_else() -> None:
    assert NOT_VERIFIED.keys() == LACKS, "certificate.py has a sentence for each of emulator_lacks"


def test_a_file_that_is_not_there_is_a_wrong_call(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.argv", ["parity", "--uci", str(tmp_path / "none.csv")])
    with pytest.raises(OnemartError, match="is not a file"):
        main()


def test_a_delivery_that_no_contract_knows_ends_the_run(tmp_path: Path) -> None:
    def strange(shop: Any) -> None:
        folder = shop.landing / "nobody" / "nothing"
        folder.mkdir(parents=True)
        (folder / "file.csv").write_text("a\n1\n")

    part = Slice("complete_journey", "2017-01-15", (strange,), "strange")
    made = MadeShop(part, "dev", tmp_path / "made", "", Project(PROJECT))
    with made.environment():
        strange(made.shop)
    with pytest.raises(OnemartError, match="does not fit its contracts"):
        made.land()
