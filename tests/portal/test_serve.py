"""The server shows the site, and makes it anew when something changes."""

import urllib.request
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from tests.mart.synthetic import PROJECT

from onemart.errors import OnemartError, UsageError
from onemart.portal import serve as serving
from onemart.portal.publish import publish
from onemart.portal.site import Written
from onemart.project import Project

PATIENCE_SECONDS = 20


def test_what_changes_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = replace(Project(tmp_path).shop("demo"), warehouse=tmp_path / "demo.duckdb")
    shop.warehouse.write_text("1")
    folder = tmp_path / "site"
    told: list[Written | OnemartError] = []
    ready, changed, end = Event(), Event(), Event()
    address: list[str] = []

    def publish_number(*_arguments: object, target: str | None) -> Written:
        assert target is None
        number = shop.warehouse.read_text()
        if number == "bad":
            raise OnemartError("The shop is broken.")
        folder.mkdir(exist_ok=True)
        (folder / "index.html").write_text(number)
        return Written(1, 1, 1)

    monkeypatch.setattr(serving, "publish", publish_number)

    def on_ready(where: str) -> None:
        address.append(where)
        ready.set()

    def on_change(what: Written | OnemartError) -> None:
        told.append(what)
        changed.set()

    def run() -> None:
        serving.serve(
            Project(tmp_path), shop, folder, port=0, end=end,
            on_ready=on_ready, on_change=on_change, every=0.02,
        )  # fmt: skip

    thread = Thread(target=run)
    thread.start()
    try:
        assert ready.wait(PATIENCE_SECONDS)
        for number in ("bad", "22"):
            changed.clear()
            shop.warehouse.write_text(number)
            assert changed.wait(PATIENCE_SECONDS)
        with urllib.request.urlopen(address[0]) as answer:  # noqa: S310
            assert answer.read() == b"22"
            assert answer.headers["Cache-Control"] == "no-cache"
    finally:
        end.set()
        thread.join()
    assert str(told[0]) == "The shop is broken."
    assert address[0].startswith("http://127.0.0.1:")


def test_a_shop_that_was_never_built_is_told(tmp_path: Path) -> None:
    shop = replace(Project(PROJECT).shop("demo"), warehouse=tmp_path / "none.duckdb")
    with pytest.raises(UsageError, match="Shop demo has no warehouse yet"):
        publish(Project(PROJECT), shop, tmp_path / "site")
