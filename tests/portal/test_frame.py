"""How values are written, and what a page may bring along."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from onemart.errors import OnemartError
from onemart.portal.frame import LARGEST_DATA_BYTES, Frame, as_json, shown
from onemart.portal.page import Asset, Page
from onemart.portal.site import write_site


@pytest.mark.parametrize(
    "value, unit, told",
    [
        (None, "", "\N{EN DASH}"),
        (True, "", "yes"),
        (0.1234, "share", "12.3 %"),
        (-0.5, "share", "\N{MINUS SIGN}50.0 %"),
        (1234, "orders", "1,234"),
        (12.345, "currency", "12.35"),
        (Decimal("12345.67"), "currency", "12,346"),
        (2_500_000, "currency", "2.50 m"),
        (-3e9, "currency", "\N{MINUS SIGN}3.00 bn"),
        (float("nan"), "", "\N{EN DASH}"),
        (date(2026, 1, 2), "", "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4), "", "2026-01-02 03:04 UTC"),  # noqa: DTZ001
        ("x" * 300, "", "x" * 199 + "…"),
    ],
)
def test_a_value_is_written_as_people_read_it(value: object, unit: str, told: str) -> None:
    assert shown(value, unit) == told


def test_figures_are_numbers_in_json() -> None:
    told = as_json({"net": Decimal("1.50"), "whole": Decimal(2), "day": date(2026, 1, 2)})
    assert told == '{"net":1.5,"whole":2,"day":"2026-01-02"}'


def page(**changes: object) -> Page:
    return Page(**{"path": "a/b.html", "title": "A <b>", "template": "frame.html", **changes})  # type: ignore[arg-type]


def frame() -> Frame:
    return Frame({"shop": "demo", "business_date": None, "built_at": None})


def test_what_comes_from_data_is_text() -> None:
    html = frame().html(page(data={"name": "</script><b>"}), [], []).decode()
    assert "A &lt;b&gt;" in html
    assert "</script><b>" not in html
    assert "\\u003c/script\\u003e" in html


def test_a_page_with_too_many_figures_is_refused() -> None:
    with pytest.raises(OnemartError, match=r"a/b.html brings .* a page has 300,000"):
        frame().html(page(data={"x": "x" * LARGEST_DATA_BYTES}), [], [])


def test_a_folder_with_something_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    monkeypatch.setattr("onemart.portal.site.site_files", lambda *_: ({}, 0))
    with pytest.raises(OnemartError, match="holds no portal"):
        write_site(None, tmp_path)  # type: ignore[arg-type]
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_only_what_changed_is_written_and_what_is_gone_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"static/onemart.css": b"a", "x/old.html": b"b", "index.html": b"c"}
    monkeypatch.setattr("onemart.portal.site.site_files", lambda *_: (dict(files), 2))
    assert write_site(None, tmp_path).changed == 3  # type: ignore[arg-type]
    del files["x/old.html"]
    files["index.html"] = b"d"
    assert write_site(None, tmp_path).changed == 1  # type: ignore[arg-type]
    assert not (tmp_path / "x").exists()
    assert (tmp_path / "index.html").read_bytes() == b"d"
    assert Asset("x", b"1").read() == b"1"
