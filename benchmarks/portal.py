"""Measure the portal of the simulated shop: how long it takes, what it weighs, when it answers.

The site is made once with nothing kept from earlier and once again, in a process of its own. Then
Chromium opens every page from the disk, without a cache: interactive is when scripts have run and
the main thread is free. Run it after `make demo`. Writes benchmarks/README.md.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from marks import write_between_marks
from playwright.sync_api import sync_playwright
from rich.console import Console

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "benchmarks/README.md"
SHOP = ROOT / "warehouse/demo.duckdb"
KEPT = (ROOT / ".onemart/semantic", ROOT / ".onemart/governance")
MOST_SECONDS, MOST_MEGABYTES, MOST_PAGE_SECONDS = 90, 30, 2
BROWSER = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
# Two frames after the load event, whatever scripts put off has been done.
READY = """() => new Promise((done) => requestAnimationFrame(
    () => setTimeout(() => done(performance.now() / 1000), 0)))"""
console = Console()


def main() -> None:
    """Make the site twice, open its pages, and write the figures."""
    if not SHOP.is_file():
        raise SystemExit("there is no simulated shop; run `make demo` first")
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "portal"
        for kept in KEPT:
            shutil.rmtree(kept, ignore_errors=True)
        first, again = made(site), made(site)
        size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
        pages = sorted(site.rglob("*.html"))
        opened = sorted(
            (seconds, path.relative_to(site)) for path, seconds in open_pages(pages).items()
        )
    slowest, where = opened[-1]
    median = opened[len(opened) // 2][0]
    found = [
        ("made, nothing kept from earlier", first, MOST_SECONDS, "s"),
        ("made again", again, None, "s"),
        (f"{len(opened)} pages, all files", size / 1e6, MOST_MEGABYTES, "MB"),
        ("interactive, median page", median, None, "s"),
        (f"interactive, slowest page ({where})", slowest, MOST_PAGE_SECONDS, "s"),
    ]
    rows = [
        f"| {what} | {figure:.2f} {unit} | {verdict(figure, limit, unit)} |"
        for what, figure, limit, unit in found
    ]
    write_between_marks(PAGE, {"portal": rows})
    console.print("\n".join(rows), markup=False, highlight=False)


def made(site: Path) -> float:
    """Publish the shop and return the seconds that it took."""
    command = [sys.executable, "-m", "onemart.cli", "publish", "--shop", "demo", "--to", str(site)]
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "COLUMNS": "160"})
    return time.perf_counter() - began


def open_pages(pages: list[Path]) -> dict[Path, float]:
    """Open each page in a context of its own and return when it was ready, in seconds."""
    ready = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=QUIET)
        for path in pages:
            context = browser.new_context()
            page = context.new_page()
            page.goto(path.as_uri(), wait_until="load")
            ready[path] = float(page.evaluate(READY))
            context.close()
        browser.close()
    return ready


def verdict(figure: float, limit: float | None, unit: str) -> str:
    """Say whether a limit is met, where there is one."""
    if limit is None:
        return ""
    return f"{limit} {unit}: {'met' if figure < limit else 'missed'}"


main()
