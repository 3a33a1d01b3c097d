"""The pages of the feeds: what is said of a contract, drawn of its history, shown of bad lines."""

import re
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import Browser
from tests.feeds.feed_project import FeedProject, rule

from onemart.feeds.rules import Rule
from onemart.portal.feeds import pages
from onemart.portal.feeds.gx_results import GX_FOLDER, is_figure
from onemart.portal.feeds.history import HEIGHT, MOST_POINTS, Point, _points, bars
from onemart.portal.feeds.words import in_words, rejection
from onemart.portal.frame import FOLDER, Frame
from onemart.portal.page import Asset
from onemart.portal.reading import Reading

STATIC = FOLDER / "static"
QUOTED = "orders \"of\" 'May' <b>.csv"
MARKUP = "<script>alert(1)</script>"
LONG = "z" * 10_000
EMAIL = "jane.doe@example.com"

COLUMNS: list[dict[str, Any]] = [
    {"name": "order_id", "logicalType": "integer", "primaryKey": True, "primaryKeyPosition": 1},
    {"name": "channel", "logicalType": "string", "quality": [
        rule("expect_column_values_to_be_in_set", "channel: one of the list", value_set=["web"]),
    ]},
    {"name": "email", "logicalType": "string", "classification": "pii", "quality": [
        rule("expect_column_values_to_match_regex", "email has an @", regex="^[^@]+@shop$"),
    ]},
]  # fmt: skip


# What dbt makes of the ledger; a test of the marts holds that they come to this.
MARTS = """
    create schema marts;
    create table marts.rpt_rule_results as
    select
        source as source_name, feed as feed_name, rule as rule_name,
        expectation as expectation_name, 0.25 as passed_rate, 8 as checked_delivery_count
    from ops.validation_results;
    create table marts.rpt_vendor_scorecard as
    select
        'erp' as source_name, 'orders' as feed_name, month_start_date, 'stores' as owner_name,
        3 as delivery_count, 100 as delivered_record_count, 10 as bad_record_count,
        2 as open_record_count, 0.5 as punctual_rate, 1.0 as complete_rate, 0.9 as valid_rate,
        null as corrected_rate
    from (values (date '2024-01-01'), (date '2024-02-01')) as months(month_start_date);
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Land a file with bad lines and one with a broken header, and write the pages of the feed."""
    project = FeedProject(tmp_path_factory.mktemp("feeds") / "project")
    project.contract(columns=COLUMNS)
    lines = [
        "order_id,channel,email", "1,web,a@shop", f"2,AB-12,{EMAIL}", f"3,{MARKUP},a@shop",
        f"4,{LONG},a@shop", "5,CD-34,a@shop", "six,web,a@shop", "7,web", "1,web,a@shop",
    ]  # fmt: skip
    project.land_file(QUOTED, "\n".join(lines) + "\n")
    project.land_file("rejected.csv", f"order_id,channel,{EMAIL}\n8,web,a@shop\n")
    project.land()
    with duckdb.connect(str(project.shop.warehouse)) as connection:
        connection.execute(MARTS)
    site = tmp_path_factory.mktemp("site")
    shutil.copytree(STATIC, site / "static")
    with project.warehouse() as warehouse:
        reading = Reading(project.project, project.shop, warehouse)
        frame = Frame({"shop": "corner", "business_date": None, "built_at": None})
        for one in pages(reading):
            path = site / one.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(one.read() if isinstance(one, Asset) else frame.html(one, [], []))
    return site


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, str]:
    """Return the pages by path, those of Great Expectations among them."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.html")
    }


def test_each_reason_is_counted_with_the_shapes_of_its_values(told: dict[str, str]) -> None:
    page = " ".join(told["feeds/erp/orders.html"].split())
    assert '<code>aa-99</code> <span class="note">5 characters, 2 lines</span>' in page
    assert "<code>&lt;aaaaaa&gt;aaaaa(9)&lt;/aaaaaa&gt;</code>" in page
    # The gate keeps 60 characters of a value.
    assert f'<code>{"a" * 60}</code> <span class="note">60 characters, 1 line</span>' in page
    assert "column order_id is not a whole number" in page
    assert "<code>aaa</code>" in page
    assert "too few fields: #, the header has #" not in page
    assert "too few fields" in page
    assert "the key (order_id) is in the file more than once" in page
    assert page.count("personal, not shown") == 1


def test_nothing_that_a_file_holds_is_on_the_pages(told: dict[str, str]) -> None:
    for text in told.values():
        for secret in (EMAIL, "jane", MARKUP, "alert(1)", LONG, "AB-12"):
            assert secret not in text


def test_a_file_name_is_text_and_a_refusal_is_told_without_words_from_the_file(
    told: dict[str, str],
) -> None:
    page = told["feeds/erp/orders.html"]
    assert "orders &#34;of&#34; &#39;May&#39; &lt;b&gt;.csv" in page
    assert QUOTED not in page
    assert "The header lacks a column of the contract." in page


def test_checks_are_told_with_their_history(told: dict[str, str]) -> None:
    page = told["feeds/erp/orders.html"]
    assert "channel: one of web" in page
    assert "4 lines against it" in page
    assert "0 of 1 files kept it" in page


def test_vendors_are_compared_by_their_last_month(told: dict[str, str]) -> None:
    page = told["feeds/scorecard.html"]
    assert "2024-02" in page
    assert "2024-01" not in page
    assert '<span class="state warning">50.0 %</span>' in page
    assert '<span class="state good">100.0 %</span>' in page
    feed = told["feeds/erp/orders.html"]
    assert "2024-01" in feed
    assert '25.0 %<span class="note">of 8 files</span>' in feed


def of_gx(told: dict[str, str]) -> list[str]:
    found = [path for path in told if path.startswith(f"{GX_FOLDER}/")]
    assert len(found) == 3, "an index, a suite and a validation"
    return found


def test_the_standard_site_loads_nothing_from_elsewhere(
    told: dict[str, str], folder: Path, browser: Browser
) -> None:
    page = browser.new_page()
    wrong: list[str] = []
    page.on("console", lambda one: wrong.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda one: None if one.url.startswith("file:") else wrong.append(one.url))
    for path in of_gx(told):
        assert not re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="https?:', told[path])
        page.goto((folder / path).as_uri())
        page.wait_for_load_state("load")
        assert page.evaluate("typeof jQuery.fn.bootstrapTable") == "function"
        for link in re.findall(r'<a href="([^"#:]+)"', told[path]):
            assert (folder / path).parent.joinpath(link).resolve().is_file(), link
    page.close()
    assert wrong == []


def test_the_standard_site_has_the_verdicts_of_the_gate(told: dict[str, str]) -> None:
    [validation] = [told[path] for path in of_gx(told) if "/validations/" in path]
    assert "Failed" in validation
    assert "values must belong to this set" in validation
    assert "Back to the portal" in validation
    assert f'href="../../{GX_FOLDER}/validations/erp__orders/' in told["feeds/erp/orders.html"]


@pytest.mark.parametrize(
    "observed, is_told",
    [("17", True), ("-1.5e-05", True), ("2017-01-02 10:00:00", True), ("['web', 'Ann']", False),
     ("", False), (None, False)],
)  # fmt: skip
def test_only_figures_are_told_of_what_was_observed(observed: str | None, *, is_told: bool) -> None:
    assert is_figure(observed) is is_told


def test_the_overview_leads_to_the_feed(told: dict[str, str]) -> None:
    assert 'href="../feeds/erp/orders.html"' in told["feeds/index.html"]


@pytest.mark.parametrize(
    "kind, kwargs, words",
    [
        ("expect_column_values_to_not_be_null", {"column": "a"}, "a: no line lacks it"),
        (
            "expect_column_values_to_be_between",
            {"column": "a", "min_value": 0, "max_value": 9},
            "a: from 0 to 9",
        ),
        (
            "expect_column_values_to_be_between",
            {"column": "a", "min_value": 0, "strict_min": True},
            "a: more than 0",
        ),
        (
            "expect_column_values_to_be_in_set",
            {"column": "a", "value_set": list(range(14))},
            "a: one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more",
        ),
        (
            "unexpected_rows_expectation",
            {"unexpected_rows_query": "select * from {batch}\n where a < b"},
            "no line where a < b",
        ),
        (
            "expect_column_pair_values_a_to_be_greater_than_b",
            {"column_A": "a", "column_B": "b", "or_equal": True},
            "a is at least b",
        ),
    ],
)
def test_a_rule_is_said_in_words(kind: str, kwargs: dict[str, Any], words: str) -> None:
    assert in_words(Rule("", kind, kwargs, "error", 1, {})) == words


def test_bounds_from_history_are_said_in_words() -> None:
    history = {"sameWeekday": True, "lowest": 0.5}
    told = in_words(Rule("", "expect_table_row_count_to_be_between", {}, "error", 1, history))
    assert told == (
        "between 0.5 and 2 times as many rows as the deliveries of the same weekday have by their"
        " median"
    )


def test_every_code_of_the_gate_has_words() -> None:
    gate = Path(__file__).parents[2] / "src/onemart/feeds"
    text = "\n".join(path.read_text() for path in gate.glob("*.py"))
    codes = {"missing_header", "wrong_delimiter", "table_rule", "same_bytes", "truncated_gzip"}
    assert all(f'"{code}"' in text for code in codes)
    assert {code for code in codes if rejection(code) == code.replace("_", " ")} == set()


def test_many_files_are_summed_by_day_week_or_month() -> None:
    first = date(2024, 1, 1)  # a Monday

    def row(number: int) -> dict[str, Any]:
        day = first + timedelta(number)
        moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001
        return {
            "day": day, "moment": moment, "published_seq": 0, "files": 24,
            "delivered": 10, "accepted": 8, "quarantined": 1, "rejected": 1,
        }  # fmt: skip

    days = _points([row(number) for number in range(MOST_POINTS)])
    assert (len(days), days[0].label) == (MOST_POINTS, "2024-01-01")
    weeks = _points([row(number) for number in range(7 * MOST_POINTS)])
    assert (len(weeks), weeks[1].label) == (MOST_POINTS, "week of 2024-01-08")
    assert weeks[0] == Point("week of 2024-01-01", 168, 70, 56, 7, 7)
    months = _points([row(number) for number in range(10 * 366)])
    assert (months[-1].label, len(months) <= MOST_POINTS) == ("2034-01", True)


def test_a_drawn_delivery_is_as_high_as_its_records_and_parted_by_outcome() -> None:
    drawn = bars([Point("a", 1, 1000, 750, 250, 0), Point("b", 1, 0, 0, 0, 0)])
    assert [bar.kind for bar in drawn] == ["accepted", "quarantined", "accepted"]
    assert (drawn[0].height, drawn[1].height) == (HEIGHT * 0.75, HEIGHT * 0.25)
    assert drawn[1].y == 0
    assert drawn[1].title == "a: 1,000 delivered, 750 accepted, 250 quarantined, 0 rejected"
    assert bars([]) == []
