"""The certificate says what was found, to machines and to people."""

import json
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from onemart.verify.certificate import Certificate, Compared, write_certificate
from onemart.verify.comparison import Table, compare

COLUMNS = {"sku": "VARCHAR", "amount": "DECIMAL(28,6)", "share": "DOUBLE"}
ROWS = [("<b>1</b>", Decimal("1.50"), 0.5), ("2", Decimal("2.50"), 0.25)]


def compared(model: str, second: list[tuple[Any, ...]]) -> Compared:
    return Compared(
        "grocer", model, compare(Table(COLUMNS, ROWS), Table(COLUMNS, second), key=["sku"])
    )


EQUAL = compared("fct_sales", [ROWS[0], ("2", Decimal("2.50"), 0.25 + 1e-12)])
DIFFERENT = compared("dim_things", [("<b>1</b>", Decimal("1.75"), 0.5)])
FACTS = {"business date": "2017-02-05"}
OPEN = ("A publication is atomic.",)


def written(folder: Path, *all_compared: Compared) -> tuple[dict[str, Any], str]:
    told, page = write_certificate(Certificate(FACTS, all_compared, OPEN), folder)
    return json.loads(told.read_text(encoding="utf-8")), page.read_text(encoding="utf-8")


class Text(HTMLParser):
    """Reads a page, and sees that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> str:
    reader = Text()
    reader.feed(page)
    assert reader.open == []
    return re.sub(r"\s+", " ", " ".join(reader.text))


def test_equal_tables_are_certified(tmp_path: Path) -> None:
    told, page = written(tmp_path, EQUAL)
    assert told["equal"] is True
    assert told["verdict"] == "The one table of one shop is equal: 2 rows."
    [model] = told["models"]
    assert (model["model"], model["rows_duckdb"], model["rows_bigquery"]) == ("fct_sales", 2, 2)
    assert float(model["largest_difference"]["share"]) == pytest.approx(1e-12, rel=1e-3)
    assert told["not_verified"] == list(OPEN)
    shown = read(page)
    for expected in ("fct_sales", "equal", "2017-02-05", *OPEN):
        assert expected in shown


def test_a_difference_is_shown_with_its_row_and_both_values(tmp_path: Path) -> None:
    told, page = written(tmp_path, EQUAL, DIFFERENT)
    assert told["equal"] is False
    assert told["verdict"] == "1 of 2 tables differ."
    assert told["models"][1]["values_that_differ"] == 2
    assert told["models"][1]["differences"][1] == {
        "key": {"sku": "<b>1</b>"}, "column": "amount", "duckdb": "1.50", "bigquery": "1.75",
    }  # fmt: skip
    assert "sku <b>1</b> amount 1.50 1.75" in read(page)
    assert "sku 2 the row there missing" in read(page)
    assert "2 / 1" in read(page)


def test_nothing_compared_is_no_certificate(tmp_path: Path) -> None:
    told, _ = written(tmp_path)
    assert told["equal"] is False
    assert told["verdict"] == "Nothing was compared."


def test_the_page_asks_nobody_for_anything(tmp_path: Path) -> None:
    _, page = written(tmp_path, EQUAL, DIFFERENT)
    assert not re.search(r"https?:|src=|href=|@import|url\(", page)
