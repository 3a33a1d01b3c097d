"""What holds for every page, looked at in a real browser without a network."""

import base64
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.mart.synthetic import PROJECT
from tests.portal.conftest import LONG, SCRIPT, Site

from onemart.exposures import declared
from onemart.feeds.contract import load_contracts
from onemart.portal.frame import LARGEST_DATA_BYTES
from onemart.project import Project

LARGEST_SITE_BYTES = 30_000_000
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
# The preload of axe fetches style sheets, which no page from the disk may.
AXE = {"preload": False, "resultTypes": ["violations"]}


@pytest.fixture
def looked(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """Open a page that notes what goes wrong on it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: wrong.append(asked.url) if is_foreign(asked.url) else None)
    yield page, wrong
    context.close()


def is_foreign(url: str) -> bool:
    return not url.startswith(("file:", "data:", "blob:", "about:"))


def test_every_page_opens_from_the_disk_and_asks_nothing_of_the_internet(
    site: Site, looked: tuple[Page, list[str]]
) -> None:
    page, wrong = looked
    found = {}
    for path in site.pages:
        page.goto((site.folder / path).as_uri())
        page.wait_for_load_state("load")
        if wrong or page.evaluate("window.hacked"):
            found[path] = list(wrong)
            wrong.clear()
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_can_be_read_by_everyone(
    site: Site, browser: Browser, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    found = {}
    for path in one_of_each_kind(site.pages):
        page.goto((site.folder / path).as_uri())
        page.wait_for_load_state("load")
        said = Axe().run(page, options=AXE).response["violations"]
        told = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in said]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            told.append("the page scrolls sideways")
        if told:
            found[path] = told
    context.close()
    assert found == {}


def one_of_each_kind(paths: list[str]) -> list[str]:
    """Return all pages, but one that stands for those of all feeds, weeks and the like."""
    kinds: dict[str, str] = {}
    for path in sorted(paths):
        kinds.setdefault(path if path.count("/") < 2 else path.rsplit("/", 1)[0], path)
    return list(kinds.values())


def test_the_keyboard_reaches_everything(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    for path in one_of_each_kind(site.pages):
        page.goto((site.folder / path).as_uri())
        unreached = page.evaluate(
            """() => [...document.querySelectorAll('a[href], button, select, input, summary')]
                .filter((one) => one.checkVisibility() && one.tabIndex < 0)
                .map((one) => one.outerHTML.slice(0, 200))"""
        )
        assert unreached == [], path
    page.goto((site.folder / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def test_search_finds_a_page_and_leads_to_it(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((site.folder / "index.html").as_uri())
    page.keyboard.press("/")
    page.keyboard.type("warehouse stands")
    page.wait_for_selector("#found [data-path]")
    assert page.locator("#found [data-path]").first.get_attribute("data-path") == "index.html"
    page.keyboard.press("Escape")
    page.keyboard.type("no such words anywhere")
    page.wait_for_selector("text=No page has these words.")
    page.close()


def test_the_scheme_is_kept_from_page_to_page(site: Site, browser: Browser) -> None:
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto((site.folder / "index.html").as_uri())
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.click("#theme")
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark
    context.close()


def test_the_site_is_small(site: Site) -> None:
    assert sum(map(len, site.files.values())) < LARGEST_SITE_BYTES
    data = {
        path: len(found.group(1))
        for path in site.pages
        if (found := re.search(rb'id="data">(.*?)</script>', site.files[path], re.DOTALL))
    }
    assert [path for path, size in data.items() if size > 1.2 * LARGEST_DATA_BYTES] == []


def test_every_link_inside_the_site_leads_somewhere(site: Site) -> None:
    broken = []
    for path in site.pages:
        folder = site.folder / path
        for link in re.findall(r'(?:href|src)="([^"#]+)', site.files[path].decode()):
            if is_outside(link):
                continue
            target = (folder.parent / link.split("?")[0]).resolve()
            if not target.is_file():
                broken.append(f"{path}: {link}")
    assert broken == []


def is_outside(link: str) -> bool:
    return link.startswith(("http:", "https:", "mailto:", "data:"))


def test_what_vendors_send_is_shown_as_text(site: Site) -> None:
    for path in site.pages:
        text = site.files[path].decode()
        assert SCRIPT not in text, path
        assert LONG not in text, path


def test_no_personal_data_is_on_the_site(site: Site) -> None:
    planted = personal_values(site)
    assert len(planted) > 200, "the shop has no personal data to look for"
    text = b"\n".join(map(unpacked, site.files.values())).decode(errors="replace").lower()
    # Libraries came before any data; a word of theirs, or of a licence, is nobody's.
    theirs = libraries(site)
    found = [value for value in planted if value.lower() in text]
    assert [value for value in found if value.lower() not in theirs] == []


def libraries(site: Site) -> str:
    """Return what libraries say of themselves on the site."""
    import dbt_colibri.report
    from dbt.task.docs import DOCS_INDEX_FILE_PATH

    colibri = Path(dbt_colibri.report.__file__).with_name("index.html")
    texts = [Path(DOCS_INDEX_FILE_PATH).read_bytes(), colibri.read_bytes()]
    texts += [one for path, one in site.files.items() if path.startswith("static/echarts/")]
    return b"\n".join(texts).decode(errors="replace").lower()


def unpacked(content: bytes) -> bytes:
    """Return what a page that unpacks itself shows; any other file as it is."""
    packed = re.search(rb'id="packed">([^<]*)<', content)
    if not packed:
        return content
    page = gzip.decompress(base64.b64decode(packed[1]))
    inside = re.search(rb'JSON\.parse\(atob\("([^"]*)"', page)
    return page + (base64.b64decode(inside[1]) if inside else b"")


def personal_values(site: Site) -> list[str]:
    """Return what stands in the columns classed PII, but for words too short to be told apart."""
    contracts, _ = load_contracts(PROJECT / "expectations")
    values: set[str] = set()
    with duckdb.connect(str(site.shop.warehouse), read_only=True) as connection:
        for contract in contracts:
            for column in contract.columns:
                if column.classification == "pii":
                    values |= {
                        value
                        for [value] in connection.execute(
                            f"select distinct cast({column.name} as varchar)"
                            f" from raw.{contract.table} where {column.name} is not null"
                        ).fetchall()
                    }
    return sorted(value for value in values if len(value) >= 8)


def test_every_page_is_an_exposure_or_part_of_one(site: Site) -> None:
    shown = {one.path for one in declared(Project(PROJECT))}
    # A feed's page, or a week's, belongs to the first page of its section.
    missing = [
        path for path in site.pages if not {path, f"{path.split('/')[0]}/index.html"} & shown
    ]
    assert missing == [], "run `onemart exposures` after declaring them"
