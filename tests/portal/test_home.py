"""The first page: what is open, and how the warehouse stands."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from onemart.feeds.status import FeedStatus
from onemart.portal.home.incidents import incidents
from onemart.portal.home.state import balance_state, build_state, feeds_state
from onemart.portal.home.state import tests_state as state_of_tests
from onemart.results import BuildState

MOMENT = datetime(2026, 1, 2, 3, 4)  # noqa: DTZ001  (UTC without a zone, as everywhere)
BALANCED = {
    "source_name": "erp", "feed_name": "stores",
    "unexplained_record_count": 0, "unexplained_amount": 0,
}  # fmt: skip


def feed(**changes: Any) -> FeedStatus:
    contract: Any = SimpleNamespace(id="erp.stores", owner="store-systems")
    how: dict[str, Any] = {
        "contract": contract, "last_file": "stores.csv", "last_outcome": "accepted",
        "last_accepted_at": MOMENT, "due_at": MOMENT, "state": "on time", "open_lines": 0,
    }  # fmt: skip
    return FeedStatus(**{**how, **changes})


def results(**nodes: dict[str, str]) -> BuildState:
    return BuildState(MOMENT, 60.0, is_whole=True, nodes=nodes)


def test_nothing_is_open_where_all_is_well() -> None:
    assert incidents([feed()], [BALANCED], results(a={"kind": "test", "status": "pass"})) == []


def test_what_is_open_is_told_with_the_worst_first() -> None:
    found = incidents(
        [feed(state="late", open_lines=3), feed(last_outcome="rejected")],
        [{**BALANCED, "unexplained_record_count": 2}],
        BuildState(
            MOMENT, 1, is_whole=True,
            nodes={"test.onemart.x.1": {"kind": "test", "status": "fail", "message": "Got 2"}},
        ),
    )  # fmt: skip
    assert [one.state for one in found] == ["bad", "bad", "bad", "warning", "warning"]
    told = {one.what for one in found}
    assert "2 lines and 0 are not explained" in told
    assert "test failed: Got 2" in told
    assert "the last file was rejected: stores.csv" in told
    assert "3 lines wait in quarantine" in told
    assert "late since 2026-01-02 03:04 UTC" in told


def test_tiles_say_how_the_warehouse_stands() -> None:
    built = results(
        a={"kind": "test", "status": "pass"}, b={"kind": "test", "status": "fail"},
        c={"kind": "model", "status": "error"},
    )  # fmt: skip
    assert (build_state(built).state, build_state(built).note) == (
        "bad", "everything in 60 s; 1 models failed"
    )  # fmt: skip
    assert state_of_tests(built).value == "1 of 2 pass"
    assert build_state(None).state == state_of_tests(None).state == "unknown"
    assert feeds_state([feed(), feed(state="late")]).value == "1 of 2 in time"
    assert feeds_state([feed(state="never delivered")]).state == "unknown"
    assert balance_state([BALANCED]).state == "good"
    lost = {**BALANCED, "unexplained_amount": 12.5}
    assert balance_state([lost]).value == "12.50 unexplained"
