"""What a slim build prepares in its copy of the base's warehouse."""

import json
from dataclasses import replace
from pathlib import Path

from tests.mart.small_shops import SmallShop

from onemart.ci.slim import _prepare_feeds
from onemart.ci.state import State, hash_contracts


def test_a_contract_that_grew_gets_its_column_in_the_copy(tmp_path: Path) -> None:
    base = SmallShop.open(tmp_path / "base", "complete_journey")
    contracts = hash_contracts(base.project)
    (tmp_path / "about.json").write_text(json.dumps({"contracts": contracts}))
    grown = base.project.contracts / "complete_journey" / "households.yml"
    text = grown.read_text()
    column = (
        "      - {name: shoe_size, logicalType: integer, classification: internal,"
        " description: In centimetres.}\n"
    )
    assert text.count("    properties:\n") == 1
    grown.write_text(text.replace("    properties:\n", "    properties:\n" + column))
    shop = replace(base.project.shop("complete_journey"), warehouse=base.path)
    _prepare_feeds(base.project, shop, State(tmp_path, base.path))
    rows = base.run("select shoe_size from raw.complete_journey__households__current")
    assert rows == []
