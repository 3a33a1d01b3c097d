"""The `onemart` command as people meet it: what it says, where, and how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest
from tests.cli.conftest import SCREEN, Ended, Onemart
from tests.feeds.feed_project import HEADER, FeedProject, line

from onemart import __version__
from onemart.project import find_project
from onemart.warehouse import open_warehouse

ROOT = find_project(Path(__file__)).root


def assert_fits(ended: Ended) -> None:
    """Tables keep to the screen, and no message came as a traceback."""
    tables = [text for text in ended.out.splitlines() if text.endswith(" ")]
    assert all(len(text) <= SCREEN for text in tables)
    assert "Traceback" not in ended.out + ended.err


# Wrong use


def test_no_command_shows_what_there_is(onemart: Onemart) -> None:
    ended = onemart()
    assert ended.status == 2
    for command in ("sample", "land", "status", "deliveries", "quarantine", "replay", "waive"):
        assert command in ended.out + ended.err


def test_version(onemart: Onemart) -> None:
    assert onemart("--version") == Ended(0, f"onemart {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["polish"], ("No such command", "polish")),
        (["land", "--quickly"], ("No such option", "--quickly")),
        (["deliveries"], ("Missing option", "--feed")),
        (["land", "--shop", "Corner Shop"], ("error 'Corner Shop' cannot name a shop.", "letter")),
        (["land", "--shop", "../corner"], ("error '../corner' cannot name a shop.",)),
        (["deliveries", "--feed", "ordres"], ("error 'ordres' is no feed.", "erp.orders")),
        (["replay", "--feed", "crm.orders"], ("error 'crm.orders' is no feed.", "erp.orders")),
        (["replay", "--feed", "orders", "--from", "gone.jsonl"], ("gone.jsonl", "does not exist")),
        (
            ["waive", "--feed", "orders", "--delivery", "d", "--why", "x"],
            ("error No such line of delivery d is open in erp.orders",),
        ),
        (["query", "select 1"], ("error Shop corner has no warehouse yet.", "make build")),
        (["sample", "walmart"], ("error There is no sample 'walmart'.", "complete_journey")),
        (["sample", "uci_online_retail"], ("error uci_online_retail needs its file.", "--from")),
        (
            ["sample", "uci_online_retail", "--from", "gone.parquet"],
            ("error", "gone.parquet", "is not a file"),
        ),
    ],
)
def test_wrong_use_is_told_on_standard_error(
    onemart: Onemart, shop: FeedProject, arguments: list[str], says: tuple[str, ...]
) -> None:
    shop.contract()
    ended = onemart(*arguments)
    assert ended.status == 2
    assert Ended(2, "", ended.err).says(*says), ended.err
    assert_fits(ended)


def test_a_feed_name_that_two_sources_have(onemart: Onemart, shop: FeedProject) -> None:
    path = shop.contract()
    other = shop.project.contracts / "pos/orders.yml"
    other.parent.mkdir()
    other.write_text(path.read_text().replace("erp", "pos"))
    ended = onemart("deliveries", "--feed", "orders")
    assert ended.status == 2
    assert ended.says("'orders' names more than one feed.", "erp.orders, pos.orders")
    assert onemart("deliveries", "--feed", "pos.orders").status == 0


def test_outside_of_a_project(
    onemart: Onemart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEMART_PROJECT_DIR", str(tmp_path))
    ended = onemart("status")
    assert ended.status == 2
    assert ended.says("No dbt_project.yml in", "ONEMART_PROJECT_DIR")


def test_somebody_holds_the_gate(onemart: Onemart, shop: FeedProject) -> None:
    shop.contract()
    with shop.gate():
        ended = onemart("status", "--wait", "0.1")
    assert ended.status == 1
    assert ended.says("error 'land', process", "is at the gate of shop corner.", "Let it finish")


# Landing


def test_nothing_to_land(onemart: Onemart, shop: FeedProject) -> None:
    shop.contract()
    assert onemart("land") == Ended(0, "Nothing to land.\n", "")


def test_landing_tells_how_each_file_ended(onemart: Onemart, shop: FeedProject) -> None:
    shop.contract()
    shop.land_file("a.csv", HEADER + line(1) + line("x"))
    shop.land_file("b.csv", "order_id\n1\n")
    shop.land_file("c.csv.part", HEADER)
    ended = onemart("land")
    assert ended.status == 3
    assert ended.says("quarantined 1 line of erp.orders: a.csv")
    assert ended.says("rejected erp.orders: b.csv: the header lacks 'customer'")
    assert ended.says("waiting erp.orders: c.csv.part: still being written")
    assert ended.says("feed files delivered accepted quarantined rejected")
    assert ended.says("erp.orders 3 3 1 1 1")
    assert_fits(ended)

    (shop.folder() / "c.csv.part").unlink()
    shop.land_file("again.csv", HEADER + line(1) + line("x"))
    ended = onemart("land")
    assert ended.status == 0
    assert ended.says("skipped erp.orders: again.csv: The same bytes were accepted as delivery")


@pytest.mark.parametrize("name", ["[bold]b.csv", "c\x1b[31m.csv", b"d\xe9.csv"])
def test_file_names_are_shown_and_never_obeyed(
    onemart: Onemart, shop: FeedProject, name: str | bytes
) -> None:
    shop.contract()
    path = os.path.join(os.fsencode(shop.folder()), os.fsencode(name))  # noqa: PTH118
    Path(os.fsdecode(path)).write_text(HEADER + line("x"))
    shown = {"c\x1b[31m.csv": "c\\x1b[31m.csv", b"d\xe9.csv": "d\\xe9.csv"}.get(name, name)
    for ended in (
        onemart("land"),
        onemart("status"),
        onemart("deliveries", "--feed", "orders"),
        onemart("replay", "--feed", "orders"),
    ):
        assert ended.status == 0
        assert str(shown) in ended.out, ended.out
        assert "\x1b" not in ended.out
        assert_fits(ended)


def test_a_contract_that_is_wrong_is_told_whatever_is_asked(
    onemart: Onemart, shop: FeedProject
) -> None:
    shop.contract()
    path = shop.contract("refunds", relation="sometimes")
    bad = path.relative_to(shop.root)
    shop.land_file("a.csv", HEADER + line(1))
    ended = onemart("land")
    assert ended.status == 2
    assert ended.err.startswith(f"contract {bad}:"), ended.err
    assert "relation is 'sometimes'" in ended.err
    assert ended.says("erp.orders 1 1 1 0 0")

    ended = onemart("status")
    assert ended.status == 0
    assert f"contract {bad}:" in ended.err
    ended = onemart("deliveries", "--feed", "refunds")
    assert ended.status == 2
    assert ended.says(f"contract {bad}:", "'refunds' is no feed with a sound contract")


def test_a_folder_without_a_contract(onemart: Onemart, shop: FeedProject) -> None:
    shop.contract()
    shop.land_file("a.csv", HEADER, feed="oders")
    ended = onemart("land")
    assert ended.status == 2
    assert ended.says("no contract for corner/erp/oders: add expectations/<source>/<feed>.yml")


# From quarantine to raw


def test_quarantine_edit_replay_waive(onemart: Onemart, shop: FeedProject, tmp_path: Path) -> None:
    shop.contract(controlTotal="amount")
    shop.land_file("a.csv", HEADER + line(1) + line(2, "1,50") + line(3, "?") + line("x"))
    assert onemart("land").status == 0

    path = tmp_path / "open.jsonl"
    ended = onemart("quarantine", "--feed", "orders", "--to", path)
    assert ended.status == 0
    assert ended.says(f"3 lines written to {path}. They may hold personal data.")
    assert ended.says(f"onemart replay --feed orders --from {path}")
    (status,) = (text for text in onemart("status").out.splitlines() if "a.csv" in text)
    assert status.split()[:3] == ["orders", "on", "time"]
    assert status.split()[5:7] == ["3", "a.csv"]

    path.write_text(path.read_text().replace("1,50", "1.50").replace(",?,", ",2.50,"))
    ended = onemart("replay", "--feed", "orders", "--from", path)
    assert ended.status == 0
    delivery = shop.ledger()[0]["delivery_id"]
    assert ended.says("file delivery accepted now still open", f"a.csv {delivery} 2 1")
    assert ended.says("onemart quarantine --feed orders --to FILE")
    assert shop.current("order_id, amount::varchar") == [(1, "1.00"), (2, "1.50"), (3, "2.50")]
    assert_fits(ended)

    waive = ("waive", "--feed", "orders", "--delivery", delivery, "--line", "5")
    assert onemart(*waive, "--why", "a test till") == Ended(0, "1 line waived.\n", "")
    for command in (
        ["replay", "--feed", "orders"],
        ["quarantine", "--feed", "orders", "--to", path],
    ):
        assert onemart(*command) == Ended(0, "Nothing of orders is open in quarantine.\n", "")

    ended = onemart("deliveries", "--feed", "orders")
    # Six counts do not fit beside each other on this screen.
    told = [" ".join(text.split()) for text in ended.out.splitlines()]
    assert told.count("file, delivery a.csv") == 3
    assert [text for text in told if text.startswith("ended")] == [
        "ended (UTC) waiver",
        "ended (UTC) replay",
        "ended (UTC) accepted",
    ]
    first = told.index("ended (UTC) accepted") + 2
    assert told[first : first + 5] == [
        "delivered 4",
        "accepted 1",
        "quarantined 3",
        "replayed 2",
        "waived 1",
    ]
    assert ended.out.count(delivery) == 3
    assert "3: a test till" in ended.out
    assert_fits(ended)


def test_a_repair_file_that_is_wrong(onemart: Onemart, shop: FeedProject, tmp_path: Path) -> None:
    shop.contract()
    path = tmp_path / "open.jsonl"
    path.write_text("\nnot JSON\n")
    ended = onemart("replay", "--feed", "orders", "--from", path)
    assert ended.status == 2
    assert f"{path}:2: this is no line as `onemart quarantine` writes it" in ended.err

    path.write_text(json.dumps({"delivery_id": "d", "line": 7, "record": "x"}))
    ended = onemart("replay", "--feed", "orders", "--from", path)
    assert ended.status == 2
    assert (
        f"{path}:1: line 7 of delivery d is not open in the quarantine of erp.orders" in ended.err
    )


def test_a_place_that_cannot_be_written(onemart: Onemart, shop: FeedProject) -> None:
    shop.contract()
    shop.land_file("a.csv", HEADER + line("x"))
    onemart("land")
    ended = onemart("quarantine", "--feed", "orders", "--to", shop.root / "gone/open.jsonl")
    assert ended.status == 2
    assert ended.says("gone/open.jsonl cannot be written: No such file or directory.")


# Looking


def test_status_of_a_new_shop(onemart: Onemart, shop: FeedProject) -> None:
    shop.contract()
    ended = onemart("status")
    assert ended.status == 0
    assert ended.says("Feeds of erp", "orders never delivered 0")
    assert (
        onemart("deliveries", "--feed", "orders").out == "Nothing of orders was ever delivered.\n"
    )


def test_status_names_a_last_file_that_was_refused(onemart: Onemart, shop: FeedProject) -> None:
    shop.contract()
    shop.land_file("b.csv", "")
    assert onemart("land").status == 3
    assert onemart("status").says("orders never delivered 0 b.csv (rejected)")
    assert onemart("deliveries", "--feed", "orders").says("1: b.csv", "header")


@pytest.mark.parametrize(
    "sql, says",
    [
        ("selec 1", ("The query does not run.", "syntax error")),
        ("select * from nobody", ("The query does not run.", "nobody does not exist")),
        ("create table x (a int)", ("The query does not run.", "read-only")),
    ],
)
def test_a_query_that_does_not_run(
    onemart: Onemart, shop: FeedProject, sql: str, says: tuple[str, ...]
) -> None:
    shop.contract()
    onemart("land")
    ended = onemart("query", sql)
    assert ended.status == 2
    assert ended.says(*says)
    assert_fits(ended)


def test_a_query_shows_values_as_they_are(onemart: Onemart, shop: FeedProject) -> None:
    shop.contract()
    onemart("land")
    ended = onemart("query", "select 2024 as year, 1.50::decimal(9, 2) as price, null as gone")
    assert [text.split() for text in ended.out.splitlines() if text.strip()] == [
        ["year", "price", "gone"],
        ["─" * len(ended.out.splitlines()[2].strip())],
        ["2024", "1.50"],
    ]
    ended = onemart("query", "select '[/]' as \"[red]\"")
    assert ended.says("[red]", "[/]")
    assert ended.status == 0
    assert "Only the first 1,000 rows" in onemart("query", "from range(1001)").out
    assert "Only the first" not in onemart("query", "from range(1000)").out


def test_a_query_too_wide_for_the_screen_becomes_a_list(
    onemart: Onemart, shop: FeedProject
) -> None:
    shop.contract()
    shop.land_file("a.csv", HEADER + line(1))
    onemart("land")
    ended = onemart("query", "select * from ops.deliveries")
    assert ["file_name", "a.csv"] in [text.split() for text in ended.out.splitlines()]
    assert ["records_accepted", "1"] in [text.split() for text in ended.out.splitlines()]
    assert_fits(ended)


def test_a_query_waits_for_who_writes(onemart: Onemart, shop: FeedProject) -> None:
    code = f"""
import time, duckdb
connection = duckdb.connect({str(shop.shop.warehouse)!r})
print("held", flush=True)
time.sleep(60)
"""
    shop.contract()
    with open_warehouse(shop.shop):
        pass
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            holder.stdout.readline()
            ended = onemart("query", "select 1", "--wait", "0.1")
        finally:
            holder.kill()
    assert ended.status == 1
    assert ended.says(f"is held by process {holder.pid}", "Let it finish, or end it")


# Sources


def test_sources_that_are_stale(onemart: Onemart, shop: FeedProject) -> None:
    shop.contract()
    ended = onemart("sources", "--check")
    assert ended.status == 1
    assert ended.says("stale: ", "Write them anew with `onemart sources`.")
    assert onemart("sources").says("written: ")
    assert onemart("sources", "--check") == Ended(0, "The sources are as the contracts say.\n", "")


# The command as a process of its own


@pytest.fixture
def process(shop: FeedProject) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command as a process; the environment is what a shell would give it."""
    environment = {
        **os.environ,
        "ONEMART_PROJECT_DIR": str(shop.root),
        "PYTHONPATH": str(ROOT / "src"),
    }
    environment.pop("COLUMNS", None)

    def start(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "onemart.cli", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )

    return start


def test_the_status_of_the_process(
    shop: FeedProject, process: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    shop.contract()
    shop.land_file("a.csv", HEADER + line(1))
    landed = process("land")
    assert (landed.returncode, landed.stderr) == (0, "")
    assert "erp.orders" in landed.stdout

    shop.land_file("b.csv", "")
    refused = process("land")
    assert (refused.returncode, refused.stderr) == (3, "")
    assert "rejected erp.orders: b.csv" in refused.stdout

    wrong = process("land", "--shop", "No")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("error 'No' cannot name a shop.")


def test_the_installed_command_is_the_one_that_tells_errors() -> None:
    import tomllib

    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts == {"onemart": "onemart.cli:main"}


def test_the_sources_of_this_clone_are_fresh(
    onemart: Onemart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for folder in ("expectations", "models"):
        copytree(ROOT / folder, tmp_path / "clone" / folder)
    (tmp_path / "clone/dbt_project.yml").write_text("name: clone\n")
    monkeypatch.setenv("ONEMART_PROJECT_DIR", str(tmp_path / "clone"))
    assert onemart("sources", "--check").out == "The sources are as the contracts say.\n"
