"""Pages of figures: what they are declared of, how cubes are kept small, and what readers slice."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import duckdb
import pytest
import yaml
from playwright.sync_api import Browser, Page
from tests.mart.synthetic import PROJECT
from tests.portal.conftest import Site

from onemart.errors import UsageError
from onemart.portal.figures import BOARDS, PAGES
from onemart.portal.figures import _as_small as as_small
from onemart.portal.figures.additive import adds_up
from onemart.portal.figures.boards import _span as span
from onemart.portal.figures.boards import boards, read_boards
from onemart.portal.figures.cubes import Told, as_figures, fill, folded
from onemart.portal.figures.declaration import Cube, Measure, read_declarations
from onemart.portal.frame import as_json

SALES = Cube(
    name="sales",
    by={"month": "sold_on", "category": "category"},
    model="rpt_sold",
    measures=(
        Measure("money", "Money", "What was paid.", "currency", sum="amount"),
        Measure("pieces", "Pieces", "What went.", "units", sum="1"),
        Measure("price", "Price", "Money a piece.", "currency", ratio=("money", "pieces")),
    ),
)
TOLD = {
    one.name: Told(one.name, one.label, one.definition, one.unit, "sales", "rpt_sold", one.ratio)
    for one in SALES.measures
}


@pytest.fixture
def reading() -> Iterator[Any]:
    """A shop with one mart: 30 categories, each sells its number in January and once in March."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table rpt_sold as select date '2017-01-05' as sold_on, 'c' || i as category,"
            " cast(i as decimal(18, 6)) as amount from range(1, 31) as r(i)"
            " union all select date '2017-03-31', 'c' || i, 1.005 from range(1, 31) as r(i)"
            " union all select date '2017-03-31', null, 0.5"
        )

        def dicts(sql: str) -> list[dict[str, Any]]:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        yield SimpleNamespace(dicts=dicts, mart=lambda name: name)


def decoded(cube: dict[str, Any]) -> dict[tuple[str, ...], dict[str, Any]]:
    """Read a cube as the page's script does."""
    rows, number = {}, 0
    for at, step in enumerate(cube["keys"]):
        number += step
        rest, key = number, []
        for name in reversed(cube["dimensions"]):
            rest, place = divmod(rest, max(1, len(cube["members"][name])))
            key.append(cube["members"][name][place])
        rows[tuple(reversed(key))] = {name: cube["values"][name][at] for name in cube["values"]}
    return rows


def test_a_cube_of_a_mart_comes_through_as_it_was_added_up(reading: Any) -> None:
    filled = fill(reading, SALES, TOLD)
    rows = decoded(as_figures(filled))
    assert rows["2017-01", "c30"] == {"money": 30, "pieces": 1}
    assert rows["2017-03", "unknown"] == {"money": 0.5, "pieces": 1}
    assert filled.members["month"] == ("2017-01", "2017-03")
    # One more than stand alone is not put under another name.
    assert len(filled.members["category"]) == 31
    assert sum(row["money"] for row in rows.values()) == pytest.approx(465 + 30.15 + 0.5)


def test_what_is_folded_adds_up_to_the_same_however_often(reading: Any) -> None:
    once = folded(fill(reading, SALES, TOLD), "category", 10)
    twice = folded(once, "category", 3)
    assert twice.members["category"] == ("c30", "c29", "c28", "Other (28)")
    assert sorted(twice.rest["category"]) == sorted(
        ["unknown", *(f"c{number}" for number in range(1, 28))]
    )
    rows = decoded(as_figures(twice))
    assert rows["2017-01", "Other (28)"] == {"money": sum(range(1, 28)), "pieces": 27}
    assert rows["2017-03", "Other (28)"] == {"money": pytest.approx(27 * 1.005 + 0.5, abs=0.001),
                                             "pieces": 28}  # fmt: skip
    assert folded(twice, "category", 5) == twice


def test_a_page_takes_what_fits_and_says_what_cannot(reading: Any) -> None:
    cubes = {"sales": fill(reading, SALES, TOLD)}
    whole = len(as_json(as_small(cubes, 1_000_000)["sales"]))
    small = as_small(cubes, whole * 2 // 3)
    assert len(as_json(small["sales"])) <= whole * 2 // 3
    assert any(one.startswith("Other (") for one in small["sales"]["members"]["category"])
    with pytest.raises(UsageError, match="do not fit on a page"):
        as_small(cubes, 50)


def test_only_sums_are_added_up_by_a_page() -> None:
    def metric(kind: str, **params: Any) -> dict[str, Any]:
        return {"type": kind, "type_params": params}

    sold, back, buyers = ({"name": name} for name in ("sold", "back", "buyers"))
    metrics = {
        "sold": metric("simple", measure=sold),
        "back": metric("simple", measure=back),
        "buyers": metric("simple", measure=buyers),
        "before": metric("derived", expr="sold + back", metrics=[sold, back]),
        "odd": metric("derived", expr="sold * 28 / back", metrics=[sold, back]),
        "mixed": metric("derived", expr="sold - buyers", metrics=[sold, buyers]),
        "so_far": metric("cumulative", measure=sold),
    }
    how = {"sold": "sum", "back": "sum", "buyers": "count_distinct"}
    assert {name for name in metrics if adds_up(name, metrics, how)} == {"sold", "back", "before"}


PANEL = {"title": "P", "cube": "c", "chart": "line", "show": ["net_sales"], "by": ["month"]}
CUBE = {"metrics": ["net_sales"], "by": ["month"]}
WHOLE = {"title": "T", "summary": "S.", "owner": "sales", "cubes": {"c": CUBE}, "panels": [PANEL]}


@pytest.mark.parametrize(
    "change, says",
    [
        ({"colour": "red"}, "t.yml: the page has 'colour'. It knows title"),
        ({"panels": []}, "the page has no panels"),
        ({"cubes": {"c": {"by": ["month"]}}}, "c needs metrics, or a model with measures"),
        ({"panels": [{**PANEL, "chart": "pie"}]}, "panel 'P' has 'pie'. There is numbers"),
        ({"panels": [{**PANEL, "show": ["profit"]}]}, "has 'profit'. There is net_sales"),
        ({"panels": [{**PANEL, "by": ["week"]}]}, "has 'week'. There is month"),
        (
            {"panels": [{**PANEL, "by": []}], "cubes": {"c": {**CUBE, "exact": True}}},
            "would add up figures that do not add up",
        ),
    ],
)
def test_a_declaration_that_cannot_be_shown_is_refused(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    (tmp_path / "t.yml").write_text(yaml.safe_dump(WHOLE))
    assert [page.name for page in read_declarations(tmp_path)] == ["t"]
    (tmp_path / "t.yml").write_text(yaml.safe_dump({**WHOLE, **change}))
    with pytest.raises(UsageError) as told:
        read_declarations(tmp_path)
    assert says in str(told.value)


def test_every_page_has_an_owner_that_is_a_team() -> None:
    groups = yaml.safe_load((PROJECT / "models" / "_groups.yml").read_text())["groups"]
    teams = {group["name"] for group in groups}
    pages = read_declarations(PAGES)
    assert [page.name for page in pages] == [
        "sales", "profit", "customers", "marketing",
        "promotions", "inventory", "voice", "after_sale",
    ]  # fmt: skip
    assert {page.owner for page in pages} <= teams


# ---- in the browser ------------------------------------------------------------------------------


def figures(site: Site, name: str) -> dict[str, Any]:
    """Return the data of a page."""
    html = site.files[f"figures/{name}.html"].decode()
    found = re.search(r'id="data">(.*?)</script>', html, re.DOTALL)
    assert found
    return dict(json.loads(found.group(1)))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser without a network."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    yield context.new_page()
    context.close()


def opened(page: Page, site: Site, name: str, view: str = "") -> Page:
    page.goto("about:blank")
    page.goto((site.folder / "figures" / f"{name}.html").as_uri() + view)
    page.wait_for_selector(".tile .value")
    return page


def tile(page: Page, title: str) -> str:
    return page.locator(f".tile:has(.label:text-is('{title}')) .value").first.get_attribute(
        "title"
    ) or ""  # fmt: skip


def number(told: str) -> float:
    return float(re.sub(r"[^0-9.-]", "", told))


def sold(site: Site, where: str = "true") -> float:
    """Return net sales of the mart, written without the semantic layer."""
    with duckdb.connect(str(site.shop.warehouse), read_only=True) as connection:
        [(value,)] = connection.execute(
            "select sum(sales.net_sales_amount) from marts.fct_sales_daily as sales"
            " inner join marts.dim_products as products on sales.product_id = products.product_id"
            f" where {where}"
        ).fetchall()
    return float(value)


def test_filters_give_what_the_mart_has_and_stand_in_the_address(site: Site, page: Page) -> None:
    data = figures(site, "sales")
    category = next(
        one for one in data["cubes"]["sales"]["members"]["category"]
        if one.isascii() and "<" not in one and len(one) < 50 and not one.startswith("Other (")
    )  # fmt: skip
    opened(page, site, "sales", "#period=all")
    assert number(tile(page, "Net sales")) == pytest.approx(sold(site), abs=1)
    page.select_option("#filter-category", category)
    expected = sold(site, f"products.category = '{category}'")
    assert number(tile(page, "Net sales")) == pytest.approx(expected, abs=1)
    address = page.evaluate("location.hash")
    assert "period=all" in address
    assert "category=" in address
    # Somebody else opens the same view.
    opened(page, site, "sales", address)
    assert page.input_value("#filter-category") == category
    assert number(tile(page, "Net sales")) == pytest.approx(expected, abs=1)
    # Orders know no category: they are shown whole, and say so.
    told = page.locator("section:has(h2:text-is('Orders at a glance')) .slice").inner_text()
    assert told == "The filter category does not apply here: this is for all."
    month = data["cubes"]["sales"]["members"]["month"][1]
    opened(page, site, "sales", f"#period={month}")
    expected = sold(site, f"strftime(trading_date, '%Y-%m') = '{month}'")
    assert number(tile(page, "Net sales")) == pytest.approx(expected, abs=1)
    page.click("button[type=reset]")
    assert page.evaluate("location.hash") == ""


def test_a_slice_that_does_not_exist_is_told_as_such(site: Site, page: Page) -> None:
    opened(page, site, "sales", f"#period=all&category={quote('Moon & <b>dust</b>')}")
    told = page.locator("section:has(h2:text-is('At a glance')) .slice").inner_text()
    assert told == "Not sold: category “Moon & <b>dust</b>” is in none of these figures."
    assert tile(page, "Net sales") == "\N{EN DASH}"
    opened(page, site, "sales", "#period=1999-01")
    assert "Not sold: the shop has no figures for the period “1999-01”" in (
        page.locator("#told").inner_text()
    )
    assert page.locator("#panel-5 .chart").is_hidden()


def test_what_does_not_add_up_is_looked_up_and_never_added(site: Site, page: Page) -> None:
    data = figures(site, "sales")
    month = data["cubes"]["buyers"]["members"]["month"][1]
    with duckdb.connect(str(site.shop.warehouse), read_only=True) as connection:
        [(expected,)] = connection.execute(
            "select count(distinct customer_id) from marts.fct_orders where has_sale and"
            " not is_guest and customer_id <> 'unknown' and strftime(trading_date, '%Y-%m') = ?",
            [month],
        ).fetchall()
    opened(page, site, "sales", f"#period={month}")
    section = page.locator("section:has(h2:text-is('Active customers'))")
    section.scroll_into_view_if_needed()
    section.locator("details.table summary").click()
    cells = section.locator("td.number").all_inner_texts()
    assert [number(cell) for cell in cells] == [expected]


def test_every_panel_draws_or_says_that_there_is_nothing(site: Site, page: Page) -> None:
    for declared in read_declarations(PAGES):
        opened(page, site, declared.name, "#period=all")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        for place, panel in enumerate(declared.panels):
            section = page.locator(f"#panel-{place + 1}")
            drawn = section.locator("svg, .tile, .compared table").count()
            said = section.locator(".none, .slice.missing").count()
            assert drawn or said, f"{declared.name}: {panel.title}"
            if section.locator("svg").count():
                rows = section.locator("details.table tbody tr").count()
                assert rows, f"{declared.name}: {panel.title} has no table"


def test_every_figure_names_its_definition_unit_owner_and_day(site: Site) -> None:
    for declared in read_declarations(PAGES):
        html = site.files[f"figures/{declared.name}.html"].decode()
        for name, told in figures(site, declared.name)["measures"].items():
            if any(name in panel.show for panel in declared.panels):
                assert f"<code>{name}</code>" in html
                assert told["definition"].endswith(".")
                assert told["unit"], name
                assert told["owner"], name
        assert html.count("; as of ") >= len(declared.panels)


# ---- boards --------------------------------------------------------------------------------------

BOARD = {
    "title": "T", "notes": "N.", "owner": "sales",
    "queries": {"q": {"metrics": ["net_sales"], "by": ["month"]}},
    "charts": {"c": {"type": "line", "query": "q", "x": "month", "y": "net_sales"}},
    "rows": ["c"],
}  # fmt: skip


@pytest.mark.parametrize(
    "change, says",
    [
        ({"owner": None}, "boards/b.yml has no 'owner'"),
        ({"queries": {}}, "boards/b.yml has no queries"),
        ({"queries": {"q": "select 1"}}, "query q names no metrics"),
        ({"queries": {"q": {"sql": "select 1"}}}, "query q names no metrics"),
        ({"queries": {"q": {"metrics": ["orders"], "per": "month"}}}, "query q has 'per'"),
    ],
)
def test_a_board_asks_metrics_and_nothing_else(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    (tmp_path / "b.yml").write_text(yaml.safe_dump({**BOARD, **change}))
    with pytest.raises(UsageError) as told:
        read_boards(tmp_path)
    assert says in str(told.value)


def test_a_question_that_cannot_be_answered_names_board_and_query(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text(yaml.safe_dump(BOARD))

    def refuse(*_: Any) -> str:
        raise UsageError("'net_sales' is no metric here.", "Did you mean units?")

    reading: Any = SimpleNamespace(
        business_date=date(2017, 3, 15),
        layer=SimpleNamespace(sql=refuse),
        warehouse=SimpleNamespace(refusals=()),
    )
    with pytest.raises(UsageError) as told:
        list(boards(reading, tmp_path))
    assert "boards/b.yml: query q cannot be answered" in str(told.value)
    assert "is no metric here" in str(told.value)


@pytest.mark.parametrize(
    "query, days",
    [
        ({}, (None, None)),
        ({"days": 7}, (date(2017, 3, 9), date(2017, 3, 15))),
        ({"months": 2}, (date(2017, 1, 1), date(2017, 2, 28))),
        ({"months": 14}, (date(2016, 1, 1), date(2017, 2, 28))),
    ],
)
def test_a_board_is_about_the_last_days_or_whole_months(
    query: dict[str, int], days: tuple[date | None, date | None]
) -> None:
    assert span(date(2017, 3, 15), query) == days
    assert span(date(2017, 3, 31), {"months": 1}) == (date(2017, 3, 1), date(2017, 3, 31))


def test_boards_stand_in_the_frame_with_their_figures_as_tables(site: Site, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    for board in read_boards(PROJECT / BOARDS):
        page.goto((site.folder / "figures" / "boards" / f"{board.name}.html").as_uri())
        page.wait_for_load_state("load")
        page.frame_locator("#board").locator("svg").first.wait_for()
        there = page.get_attribute("#board", "src") or ""
        page.click("#theme")
        other = page.get_attribute("#board", "src") or ""
        assert {there[-10:], other[-10:]} == {"-dark.html", "light.html"}
        assert page.locator("details table").count() == len(board.queries)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_a_board_shows_what_the_mart_has(site: Site) -> None:
    html = site.files["figures/boards/trading.html"].decode()
    shown_ = [float(one) for one in re.findall(r'data-value="([0-9.]+)"', html)]
    with duckdb.connect(str(site.shop.warehouse), read_only=True) as connection:
        [(expected,)] = connection.execute(
            "select sum(net_sales_amount) from marts.fct_sales_daily where trading_date >"
            " (select max(date_day) - 364 from marts.dim_dates where is_closed)"
        ).fetchall()
    assert shown_[0] == pytest.approx(float(expected), abs=0.01)
