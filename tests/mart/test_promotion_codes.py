"""The codes that people name in seeds are the codes that the gate lets through."""

import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("place", ["display", "mailer"])
def test_every_code_of_the_contract_has_a_name(place: str) -> None:
    contract = (ROOT / "expectations" / "complete_journey" / "promotions.yml").read_text()
    rule = re.search(rf"{place}_location not in \(([^)]*)\)", contract)
    assert rule is not None
    known_to_the_gate = set(re.findall(r"'(\w)'", rule[1]))
    with (ROOT / "seeds" / f"{place}_locations.csv").open(newline="") as seed:
        named = {row[f"{place}_location_code"] for row in csv.DictReader(seed)}
    assert len(known_to_the_gate) >= 10
    assert named == known_to_the_gate
