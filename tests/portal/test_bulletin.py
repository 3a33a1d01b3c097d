"""The bulletin: rules in the seed, sentences from figures, silence, and the way to people."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from tests.mart.synthetic import PROJECT

from onemart.errors import OnemartError, UsageError
from onemart.portal.bulletin.figures import Figures
from onemart.portal.bulletin.laundry import day_of, model_items, parcel_items
from onemart.portal.bulletin.letter import as_html, save
from onemart.portal.bulletin.markdown import as_markdown
from onemart.portal.bulletin.post import post
from onemart.portal.bulletin.rules import RULES_FILE, load_rules
from onemart.portal.bulletin.story import Bulletin
from onemart.portal.bulletin.words import listed, rate
from onemart.portal.bulletin.writing import write_figures

WEEK = date(2017, 1, 9)
RULES = load_rules(PROJECT)
NO_PARCELS = {"count": 0, "late": 0, "count_before": 0, "late_before": 0}
EFFECTS = ("customers", "frequency", "basket", "price", "promotion", "mix", "returns")


def move(effect: str, amount: float, **other: Any) -> dict[str, Any]:
    """Return a row of rpt_sales_surprises: of 1,000 the week before."""
    return {
        "week_start_date": WEEK, "compared_with": "last week", "dimension_name": "shop",
        "member_name": "shop", "effect_name": effect, "effect_amount": amount,
        "net_sales_amount": 1000 + amount, "base_net_sales_amount": 1000,
        "is_surprise": True, "currency_code": "EUR", **other,
    }  # fmt: skip


def cause(name: str, explained: float, where: str = "TOYS", **other: Any) -> dict[str, Any]:
    """Return a row of rpt_sales_causes."""
    return {
        "week_start_date": WEEK, "compared_with": "last week", "cause_name": name,
        "dimension_name": "category", "member_name": where, "evidence_count": 4,
        "explained_amount": explained, "currency_code": "EUR", **other,
    }  # fmt: skip


def told(moves: Any, causes: Any = (), parcels: Any = None, decay: Any = ()) -> Bulletin:
    figures = Figures(WEEK, moves, causes, parcels or NO_PARCELS, decay)
    return write_figures("demo", RULES, figures, [])


def test_every_effect_and_cause_has_a_sentence_for_both_ways() -> None:
    for change in (-1, 1):
        for effect in ("total", *EFFECTS):
            assert RULES.find("move", effect, change), effect
        for name in ("stock_out", "lost_feed", "event", "price_change", "promotion_change"):
            assert RULES.find("cause", name, change), name


@pytest.mark.parametrize(
    "line, problem",
    [
        ("quiet,total,any,,{sales} of nothing.,,Sales", "line 2: nothing fills in sales"),
        ("quiet,total,any,much,Nothing.,,Sales", "line 2: could not convert"),
        ("quiet,total,any,,Nothing {.,,Sales", "line 2: "),
    ],
)
def test_a_rule_that_cannot_be_told_is_refused_with_its_line(
    tmp_path: Path, line: str, problem: str
) -> None:
    (tmp_path / "seeds").mkdir()
    head = "kind,subject,direction,threshold,sentence,action,owner\n"
    (tmp_path / RULES_FILE).write_text(head + line + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=problem):
        load_rules(tmp_path)


def test_a_week_within_noise_says_so_and_nothing_else() -> None:
    quiet = [move(name, -20, is_surprise=False) for name in ("total", *EFFECTS)]
    bulletin = told(quiet, [cause("stock_out", -20)])
    assert bulletin.is_quiet
    assert bulletin.chapters == ()
    assert "Nothing moved beyond noise" in bulletin.headline
    assert "980 EUR (\N{MINUS SIGN}2.0 % against the week before)" in bulletin.headline


def test_the_headline_says_how_much_and_names_the_cause_and_who_owns_it() -> None:
    rows = [
        move("total", -300),
        move("mix", -280),
        move("basket", -15, is_surprise=False),
        move("total", -290, dimension_name="category", member_name="TOYS", net_sales_amount=10),
    ]
    bulletin = told(rows, [cause("stock_out", -240), cause("lost_feed", -100)])
    assert bulletin.headline == (
        "Net sales fell by 300 EUR, \N{MINUS SIGN}30.0 % against the week before, to 700 EUR."
        " Empty shelves explain 80.0 % of it: 4 products were out of stock in TOYS,"
        " worth about 240 EUR."
    )
    (chapter,) = bulletin.chapters
    (item,) = chapter.items
    assert item.owner == "Supply Chain Analytics"
    assert item.details[1:] == (
        "By effect: mix \N{MINUS SIGN}280 EUR.",
        "By slice: category TOYS \N{MINUS SIGN}290 EUR.",
    )


@pytest.mark.parametrize("explained", [-80, -620, 300])
def test_a_cause_that_explains_little_far_too_much_or_the_contrary_is_not_named(
    explained: float,
) -> None:
    assert "Empty" not in told([move("total", -300)], [cause("stock_out", explained)]).headline


def test_a_price_is_told_where_it_stands_out_though_sales_as_a_whole_do_not() -> None:
    rows = [move("total", 40, is_surprise=False), move("price", 200)]
    causes = [cause("stock_out", 30), cause("price_change", -70, "PASTA")]
    bulletin = told(rows, causes)
    assert "higher" in bulletin.headline
    assert (
        "another shelf price, and with it their sales changed by \N{MINUS SIGN}70 EUR"
        in bulletin.headline
    )


def test_a_member_that_rose_while_the_shop_fell_went_well_and_the_only_channel_is_the_shop() -> (
    None
):
    rows = [
        move("total", -300),
        move("total", -300, dimension_name="channel", member_name="store"),
        move("total", 90, dimension_name="category", member_name="TOYS"),
    ]
    moved, well = told(rows).chapters
    assert [item.text[:5] for item in moved.items] == ["Net s"]
    assert "store" not in "".join(moved.items[0].details)
    assert well.title == "What went well"
    assert well.items[0].text.startswith("Category TOYS: Net sales rose by 90 EUR")


def parcels(late: int) -> Figures:
    """400 parcels, where 5 % of 4,800 were late before: by chance 4.4 points more or less."""
    counts = {"count": 400, "late": late, "count_before": 4800, "late_before": 240}
    return Figures(WEEK, [], [], counts, [])


@pytest.mark.parametrize(
    "late, kind, items",
    [
        (36, "laundry", 0),
        (38, "laundry", 1),
        (38, "well", 0),
        (3, "well", 0),
        (2, "well", 1),
    ],
)
def test_parcels_are_told_beyond_four_standard_deviations(late: int, kind: str, items: int) -> None:
    assert len(list(parcel_items(RULES, parcels(late), kind))) == items


def test_parcels_are_told_with_their_shares() -> None:
    (item,) = parcel_items(RULES, parcels(60), "laundry")
    assert item.text.startswith("60 of 400 parcels")
    assert "15.0 % against 5.0 %" in item.text


def test_a_model_is_told_when_it_lost_more_than_its_rule_lets_pass() -> None:
    row = {"model_name": "churn_scorecards", "horizon_week_count": 4, "customer_count": 1200}
    figures = Figures(WEEK, [], [], NO_PARCELS, [{**row, "auc_fall": 0.03}])
    (item,) = model_items(RULES, figures)
    assert "0.030 lower, over 1,200 customers" in item.text
    assert not list(
        model_items(RULES, Figures(WEEK, [], [], NO_PARCELS, [{**row, "auc_fall": 0.01}]))
    )


@pytest.mark.parametrize(
    "name, day",
    [
        ("orders_2017-01-10.csv", date(2017, 1, 10)),
        ("orders_2016-01-01_to_2017-01-08.parquet", date(2017, 1, 8)),
        ("orders_2017-13-45.csv", date(2017, 2, 1)),
        ("orders.csv", date(2017, 2, 1)),
    ],
)
def test_a_file_is_of_the_last_day_in_its_name_else_of_the_day_it_came(
    name: str, day: date
) -> None:
    came = datetime(2017, 2, 1, 5)  # noqa: DTZ001  (UTC without a zone, as everywhere)
    assert day_of({"file_name": name, "finished_at": came}) == day


def test_words() -> None:
    assert listed(["a", "b", "a", "c", "d", "e"]) == "a, b, c and 2 more"
    assert rate(50, 0) == "from nothing"


def hostile() -> Bulletin:
    name = "<script>alert(1)</script>[x](http://y) *b*"
    return told([move("total", -300)], [cause("stock_out", -240, name)])


def test_names_out_of_the_data_stay_text_in_both_forms() -> None:
    markdown, html = as_markdown(hostile()), as_html(hostile())
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "\\<script\\>" in markdown
    assert "[x](" not in markdown


def test_the_file_name_says_the_form(tmp_path: Path) -> None:
    save(hostile(), tmp_path / "new" / "week.md")
    save(hostile(), tmp_path / "week.html")
    assert (
        (tmp_path / "new" / "week.md").read_text().startswith("# The week of 9 January 2017, demo")
    )
    assert (tmp_path / "week.html").read_text().startswith("<!doctype html>")
    with pytest.raises(UsageError, match="neither Markdown nor HTML"):
        save(hostile(), tmp_path / "week.pdf")


class Chat(BaseHTTPRequestHandler):
    """A chat's webhook; under /gone it is no longer there."""

    got: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/gone":
            self.send_error(404)
            return
        self.got.append(json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def chat() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Chat) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_chat_gets_the_text(chat: str) -> None:
    post(f"{chat}/hook", as_markdown(hostile()))
    assert Chat.got.pop() == {"text": as_markdown(hostile())}


def test_a_refusal_is_told_without_the_secret_address(chat: str) -> None:
    with pytest.raises(OnemartError, match="refused the bulletin: 404") as refused:
        post(f"{chat}/gone", "text")
    assert "/gone" not in str(refused.value)


def test_an_address_that_is_none_or_that_nobody_answers_at_is_told() -> None:
    with pytest.raises(UsageError, match="http"):
        post("file:///etc/passwd", "text")
    with ThreadingHTTPServer(("127.0.0.1", 0), Chat) as server:
        free = server.server_port
    with pytest.raises(OnemartError, match="could not be reached"):
        post(f"http://127.0.0.1:{free}/hook", "text")
