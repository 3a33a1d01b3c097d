"""The codes that people name in seeds are the codes that the gate lets through."""

import csv
from pathlib import Path

import pytest

from onemart.feeds.contract import load_contract

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("place", ["display", "mailer"])
def test_every_code_of_the_contract_has_a_name(place: str) -> None:
    contract = load_contract(ROOT / "expectations" / "complete_journey" / "promotions.yml")
    [rule] = [
        rule
        for rule in contract.rules
        if rule.type == "expect_column_values_to_be_in_set"
        and rule.kwargs["column"] == f"{place}_location"
    ]
    with (ROOT / "seeds" / f"{place}_locations.csv").open(newline="") as seed:
        named = {row[f"{place}_location_code"] for row in csv.DictReader(seed)}
    assert len(named) >= 10
    assert named == set(rule.kwargs["value_set"])
