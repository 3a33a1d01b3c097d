"""Lines that were repaired count as if they had been right at once, and the ledger balances."""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.feeds.feed_project import COLUMNS, HEADER, SOURCE, BrokenOffError, FeedProject, rule

from onemart.errors import UsageError
from onemart.feeds.replay import (
    Repair,
    Replayed,
    export_quarantine,
    read_repairs,
    replay,
    waive,
)

MONEY = {"controlTotal": "amount"}
ON_EMULATOR = {
    "test_export_edit_replay",
    "test_a_replay_that_breaks_off_is_done_again",
    "test_upsert_an_older_version_gives_way",
}
MARCH = "2024-03-01"


def row(order_id: object, amount: object = "1.00", day: str = MARCH, customer: str = "Ann") -> str:
    """One line of the orders feed, on a day."""
    return f"{order_id},{customer},{amount},1,0.5,{day},{day} 10:00:00\n"


def csv(*rows: str) -> str:
    return HEADER + "".join(rows)


def replayed(
    shop: FeedProject,
    repairs: dict[int, str] | None = None,
    *,
    feed: str = "orders",
    original: str | None = None,
) -> list[Replayed]:
    """Replay a feed; `repairs` are records by line of the only delivery with open lines."""
    open_in = {
        line["delivery_id"]
        for line in shop.quarantine(feed)
        if line["state"] == "open" and original in {None, line["delivery_id"]}
    }
    assert not repairs or len(open_in) == 1
    given = {
        (name, line): Repair(f"repairs.jsonl:{number}", record)
        for name in open_in
        for number, (line, record) in enumerate((repairs or {}).items(), 1)
    }
    with shop.gate() as gate:
        contract = next(c for c in gate.contracts if c.feed == feed)
        return replay(gate, contract, original=original, repairs=given)


def counts(done: Iterable[Replayed]) -> list[tuple[int, int]]:
    return [(one.accepted, one.still_open) for one in done]


def assert_balanced(shop: FeedProject, feed: str = "orders") -> None:
    """Every delivery balances in records and in money, and its quarantine agrees."""
    table = f"{SOURCE}__{feed}"
    there = {
        name: (records, amount)
        for name, records, amount in shop.rows(
            f"select _delivery_id, count(*) as records, sum(amount) as amount"
            f" from raw.{table}__current group by 1"
        )
    }
    states = {
        (name, state): (records, amount)
        for name, state, records, amount in shop.rows(
            "select delivery_id, state, count(*) as records,"
            f" coalesce(sum(control_amount), 0) as amount from quarantine.{table} group by 1, 2"
        )
    }
    nothing = (0, Decimal(0))
    for told in shop.ledger(feed):
        for kind in ("records", "control"):
            measure = 0 if kind == "records" else 1
            assert told[f"{kind}_delivered"] == (
                told[f"{kind}_accepted"] + told[f"{kind}_quarantined"] + told[f"{kind}_rejected"]
            ), told
            assert there.get(told["delivery_id"], nothing)[measure] == (
                told[f"{kind}_accepted"] + told[f"{kind}_replayed"] - told[f"{kind}_superseded"]
            ), told
            if told["kind"] == "file":
                quarantined = sum(
                    found[measure]
                    for (name, _), found in states.items()
                    if name == told["delivery_id"]
                )
                assert quarantined == told[f"{kind}_quarantined"]
                waiting = states.get((told["delivery_id"], "open"), nothing)[measure]
                assert waiting == told[f"{kind}_open"]
        for state in ("replayed", "waived"):
            found = states.get((told["delivery_id"], state), nothing)
            assert found[0] == told[f"records_{state}"], told


# After a repair of the contract


def test_a_relaxed_rule_lets_its_lines_pass(shop: FeedProject) -> None:
    def at_most(amount: int) -> list[dict[str, Any]]:
        return [
            rule(
                "expect_column_values_to_be_between",
                "small amounts",
                column="amount",
                min_value=0,
                max_value=amount,
            )
        ]

    shop.contract(quality=at_most(10), **MONEY)
    before = shop.land_one("a.csv", csv(row(1, "5.00"), row(2, "50.00"), row(3, "500.00")))
    assert (before["records_accepted"], before["records_quarantined"]) == (1, 2)
    assert_balanced(shop)

    shop.contract(quality=at_most(100), version="1.1.0", **MONEY)
    (done,) = replayed(shop)

    assert done == Replayed("a.csv", before["delivery_id"], 1, 1)
    assert shop.raw("order_id, amount, _delivery_id, _line, _contract_version") == [
        (1, Decimal("5.00"), before["delivery_id"], 2, "1.0.0"),
        (2, Decimal("50.00"), before["delivery_id"], 3, "1.1.0"),
    ]
    told, moved = shop.ledger()
    assert (told["records_accepted"], told["records_quarantined"]) == (1, 2)
    assert (told["records_replayed"], told["control_replayed"]) == (1, Decimal(50))
    assert (moved["kind"], moved["status"], moved["contract_version"]) == (
        "replay",
        "accepted",
        "1.1.0",
    )
    assert moved["original_delivery_id"] == before["delivery_id"]
    assert moved["published_seq"] == told["published_seq"] + 1
    assert_balanced(shop)


def test_a_wider_type_takes_what_did_not_fit(shop: FeedProject) -> None:
    shop.contract(**MONEY)
    told = shop.land_one("a.csv", csv(row(1, "1.00"), row(2, "1.234")))
    assert told["records_unreadable"] == 1

    wider = [
        {**column, "physicalType": "decimal(14,3)"} if column["name"] == "amount" else column
        for column in COLUMNS
    ]
    shop.contract(columns=wider, version="1.1.0", **MONEY)

    assert counts(replayed(shop)) == [(1, 0)]
    assert shop.current("order_id, amount") == [(1, Decimal("1.000")), (2, Decimal("1.234"))]
    assert shop.ledger()[0]["control_replayed"] == Decimal("1.234")
    assert_balanced(shop)


def test_a_column_that_came_after_the_file_is_null_in_its_lines(shop: FeedProject) -> None:
    shop.contract(**MONEY)
    shop.land_one("a.csv", csv(row(1, "x"), row(2)))

    # In front of the others, so that places in the file and in the contract differ.
    grown = [{"name": "channel", "logicalType": "string"}, *COLUMNS]
    shop.contract(columns=grown, version="1.1.0", **MONEY)

    assert counts(replayed(shop, {2: row(1, "7.00").strip()})) == [(1, 0)]
    assert shop.current("channel, order_id, amount") == [
        (None, 1, Decimal("7.00")),
        (None, 2, Decimal("1.00")),
    ]
    assert_balanced(shop)


def test_another_encoding_reads_the_bytes_as_they_came(shop: FeedProject) -> None:
    shop.contract(**MONEY)
    content = csv(row(1), row(2, customer="Zoë")).encode("latin-1")
    told = shop.land_one("a.csv", content)
    assert told["records_quarantined"] == 1
    assert shop.quarantine()[0]["record"] == row(2, customer="Zoë").strip().encode("latin-1")

    shop.contract(file={"encoding": "ISO-8859-1"}, version="1.0.1", **MONEY)

    assert counts(replayed(shop)) == [(1, 0)]
    assert shop.current("customer") == [("Ann",), ("Zoë",)]
    assert_balanced(shop)


# After a repair of lines


def test_export_edit_replay(shop: FeedProject, tmp_path: Path) -> None:
    shop.contract(**MONEY)
    told = shop.land_one("a.csv", csv(row(1), row(2, "1,50"), row(3, "n/a"), row("x")))
    assert told["records_quarantined"] == 3
    original_bytes = [line["record"] for line in shop.quarantine()]

    path = tmp_path / "open.jsonl"
    with shop.gate() as gate:
        (contract,) = gate.contracts
        exported = list(export_quarantine(gate, contract))
    first = json.loads(exported[0])
    assert (first["delivery_id"], first["line"], first["file_name"]) == (
        told["delivery_id"],
        3,
        "a.csv",
    )
    assert first["record"] == row(2, "1,50").strip()
    assert "too many fields" in first["reasons"][0]
    path.write_text("\n".join(exported).replace("1,50", "1.50").replace("n/a", "2.50") + "\n")

    with shop.gate() as gate:
        (contract,) = gate.contracts
        done = replay(gate, contract, original=None, repairs=read_repairs(path))

    assert counts(done) == [(2, 1)]
    assert shop.current("order_id, amount, _line") == [
        (1, Decimal("1.00"), 2),
        (2, Decimal("1.50"), 3),
        (3, Decimal("2.50"), 4),
    ]
    lines = shop.quarantine()
    assert [line["state"] for line in lines] == ["replayed", "replayed", "open"]
    assert [line["record"] for line in lines] == original_bytes
    assert [line["repaired_record"] for line in lines] == [
        row(2, "1.50").strip().encode(),
        row(3, "2.50").strip().encode(),
        None,
    ]
    assert_balanced(shop)


def test_a_line_that_stays_open_says_what_is_wrong_now(shop: FeedProject) -> None:
    shop.contract(**MONEY)
    shop.land_one("a.csv", csv(row(1), row(2, "1,50")))

    assert counts(replayed(shop, {3: row("two", "1.50").strip()})) == [(0, 1)]

    (line,) = shop.quarantine()
    assert len(line["reasons"]) == 1
    assert "column order_id is not a whole number" in line["reasons"][0]
    assert line["reasons"][0].endswith(": two")
    assert line["state"] == "open"
    # Nothing moved, so the ledger has no row of it; the repair so far is not lost.
    assert [told["kind"] for told in shop.ledger()] == ["file"]
    assert counts(replayed(shop, {3: row("2", "1.50").strip()})) == [(1, 0)]
    assert_balanced(shop)


def test_a_replay_that_breaks_off_is_done_again(shop: FeedProject) -> None:
    """Without transactions, all but the ledger's row is written when it breaks off."""
    shop.contract(**MONEY)
    shop.land_one("a.csv", csv(row(1), row(2, "x")))

    with shop.breaking_off(), pytest.raises(BrokenOffError):
        replayed(shop, {3: row(2, "2.00").strip()})
    assert [told["kind"] for told in shop.ledger()] == ["file"]

    assert counts(replayed(shop)) == [(1, 0)]
    assert shop.raw("order_id, amount") == [(1, 1), (2, 2)]
    assert [line["state"] for line in shop.quarantine()] == ["replayed"]
    assert [line["decided_by"] for line in shop.quarantine()] == [shop.ledger()[1]["delivery_id"]]
    assert_balanced(shop)


def test_only_the_lines_of_the_delivery_that_was_named(shop: FeedProject) -> None:
    shop.contract(**MONEY)
    first = shop.land_one("a.csv", csv(row("x")))
    second = shop.land_one("b.csv", csv(row("y")))

    done = replayed(shop, {2: row(7).strip()}, original=second["delivery_id"])

    assert [one.delivery_id for one in done] == [second["delivery_id"]]
    states = {line["delivery_id"]: line["state"] for line in shop.quarantine()}
    assert states == {first["delivery_id"]: "open", second["delivery_id"]: "replayed"}
    assert_balanced(shop)


def test_replaying_again_changes_nothing(shop: FeedProject) -> None:
    shop.contract(**MONEY)
    shop.land_one("a.csv", csv(row(1, "x"), row(2, "y"), row(3)))
    replayed(shop, {2: row(1, "5.00").strip()})

    def everything() -> list[Any]:
        return [
            shop.raw("*"),
            shop.quarantine(),
            shop.ledger(),
            shop.rows("select * from ops.touched_days order by 1, 2, 5"),
            shop.rows("select * from ops.validation_results order by 1, 4"),
        ]

    before = everything()
    assert counts(replayed(shop)) == [(0, 1)]
    assert everything() == before
    assert_balanced(shop)


@pytest.mark.parametrize("in_other_file", [True, False])
def test_a_key_that_is_taken_stays_open(shop: FeedProject, in_other_file: bool) -> None:  # noqa: FBT001
    shop.contract(**MONEY)
    good, bad = row(1, "1.00"), row(1, "x")
    if in_other_file:
        shop.land_one("a.csv", csv(bad))
        shop.land_one("b.csv", csv(good))
    else:
        shop.land_one("a.csv", csv(bad, good))

    assert counts(replayed(shop, {2: row(1, "2.00").strip()})) == [(0, 1)]

    (line,) = shop.quarantine()
    assert "the key (order_id) was delivered before" in line["reasons"][0]
    assert shop.current("order_id, amount") == [(1, Decimal("1.00"))]
    assert_balanced(shop)


def test_two_open_lines_of_one_key_are_decided_by_the_contract(shop: FeedProject) -> None:
    shop.contract(duplicates="keepLast", **MONEY)
    shop.land_one("a.csv", csv(row(1, "x"), row(1, "y"), row(2)))

    repairs = {2: row(1, "1.00").strip(), 3: row(1, "2.00").strip()}
    assert counts(replayed(shop, repairs)) == [(1, 1)]

    assert shop.current("order_id, amount, _line") == [
        (1, Decimal("2.00"), 3),
        (2, Decimal("1.00"), 4),
    ]
    assert_balanced(shop)


# How deliveries relate


def test_append_touches_the_days_of_its_delivery_anew(shop: FeedProject) -> None:
    shop.contract(**MONEY)
    shop.land_one("a.csv", csv(row(1, day="2024-03-01"), row(2, "x", day="2024-03-05")))
    assert shop.rows("select published_seq, day from ops.touched_days order by 1, 2") == [
        (1, date(2024, 3, 1))
    ]

    replayed(shop, {3: row(2, "2.00", day="2024-03-05").strip()})

    (moved,) = [told for told in shop.ledger() if told["kind"] == "replay"]
    touched = shop.rows(
        f"select published_seq, day from ops.touched_days"
        f" where delivery_id = '{moved['delivery_id']}'"
    )
    assert (2, date(2024, 3, 5)) in touched
    assert {seq for seq, _ in touched} == {2}
    assert_balanced(shop)


def test_upsert_a_newer_version_is_there_already(shop: FeedProject) -> None:
    shop.contract(relation="upsert", **MONEY)
    old = shop.land_one("a.csv", csv(row(1, "x"), row(2, "2.00")))
    shop.land_one("b.csv", csv(row(1, "10.00"), row(3, "3.00")))

    assert counts(replayed(shop, {2: row(1, "1.00").strip()})) == [(1, 0)]

    assert shop.current("order_id, amount") == [
        (1, Decimal("10.00")),
        (2, Decimal("2.00")),
        (3, Decimal("3.00")),
    ]
    assert shop.raw("order_id, amount")[0] == (1, Decimal("1.00"))
    told = shop.ledger()[0]
    assert told["delivery_id"] == old["delivery_id"]
    assert (told["records_replayed"], told["records_superseded"]) == (1, 1)
    assert (told["control_replayed"], told["control_superseded"]) == (Decimal(1), Decimal(1))
    assert_balanced(shop)


def test_upsert_an_older_version_gives_way(shop: FeedProject) -> None:
    shop.contract(relation="upsert", **MONEY)
    shop.land_one("a.csv", csv(row(1, "1.00", day="2024-03-01")))
    shop.land_one("b.csv", csv(row(1, "x", day="2024-03-09")))

    replayed(shop, {2: row(1, "10.00", day="2024-03-09").strip()})

    assert shop.current("order_id, amount") == [(1, Decimal("10.00"))]
    # The day that lost its row is touched as well as the one that gained it.
    assert shop.rows("select day from ops.touched_days where published_seq = 3 order by day") == [
        (date(2024, 3, 1),),
        (date(2024, 3, 9),),
    ]
    assert_balanced(shop)


def test_upsert_orders_by_its_column_whatever_came_first(shop: FeedProject) -> None:
    shop.contract(relation="upsert", order={"column": "ordered_at"}, **MONEY)
    shop.land_one("a.csv", csv(row(1, "x", day="2024-03-09")))
    shop.land_one("b.csv", csv(row(1, "1.00", day="2024-03-02")))

    replayed(shop, {2: row(1, "9.00", day="2024-03-09").strip()})

    assert shop.current("order_id, amount") == [(1, Decimal("9.00"))]
    assert_balanced(shop)


PERIODS = {
    "by the file's name": {
        "relation": "replacePeriod",
        "fileName": r"(?P<day>\d{4}-\d{2}-\d{2})(_v(?P<version>\d+))?\.csv",
        "period": {"fileName": "day"},
        "order": {"fileName": "version"},
    },
    "by a column": {"relation": "replacePeriod", "period": {"column": "ordered_on"}},
}


@pytest.mark.parametrize("told", PERIODS.values(), ids=PERIODS)
def test_a_period_that_was_replaced_meanwhile_stays_replaced(
    shop: FeedProject, told: dict[str, Any]
) -> None:
    shop.contract(**told, **MONEY)
    shop.land_one("2024-03-01.csv", csv(row(1, "1.00"), row(2, "x")))
    shop.land_one("2024-03-01_v2.csv", csv(row(1, "10.00"), row(2, "20.00")))

    assert counts(replayed(shop, {3: row(2, "2.00").strip()})) == [(1, 0)]

    assert shop.current("order_id, amount") == [(1, Decimal("10.00")), (2, Decimal("20.00"))]
    assert len(shop.raw("*")) == 4
    first = shop.ledger()[0]
    assert (first["records_replayed"], first["records_superseded"]) == (1, 2)
    assert (first["control_replayed"], first["control_superseded"]) == (Decimal(2), Decimal(3))
    assert_balanced(shop)


@pytest.mark.parametrize("told", PERIODS.values(), ids=PERIODS)
def test_a_period_that_still_counts_gains_the_line(shop: FeedProject, told: dict[str, Any]) -> None:
    shop.contract(**told, **MONEY)
    shop.land_one("2024-03-01.csv", csv(row(1, "1.00"), row(2, "x")))
    shop.land_one("2024-03-02.csv", csv(row(1, "10.00", day="2024-03-02")))

    replayed(shop, {3: row(2, "2.00").strip()})

    assert shop.current("ordered_on, order_id, amount") == [
        (date(2024, 3, 1), 1, Decimal("1.00")),
        (date(2024, 3, 1), 2, Decimal("2.00")),
        (date(2024, 3, 2), 1, Decimal("10.00")),
    ]
    assert shop.rows("select day from ops.touched_days where published_seq = 3") == [
        (date(2024, 3, 1),)
    ]
    assert_balanced(shop)


def test_a_line_of_a_period_of_its_own(shop: FeedProject) -> None:
    """Its delivery is the only one that speaks for the period, once the line is readable."""
    shop.contract(**PERIODS["by a column"], **MONEY)
    shop.land_one("a.csv", csv(row(1), row(2, "x", day="2024-03-02")))

    replayed(shop, {3: row(2, "2.00", day="2024-03-02").strip()})

    assert shop.current("ordered_on, order_id") == [(date(2024, 3, 1), 1), (date(2024, 3, 2), 2)]
    assert_balanced(shop)


def test_a_line_repaired_into_another_period_stays_open(shop: FeedProject) -> None:
    columns = [column | {"primaryKey": column["name"] == "order_id"} for column in COLUMNS]
    told = PERIODS["by the file's name"] | {
        "period": {"fileName": "day", "column": "ordered_on"},
    }
    shop.contract(columns=columns, **told, **MONEY)
    shop.land_one("2024-03-01.csv", csv(row(1), row(2, "x")))

    assert counts(replayed(shop, {3: row(2, "2.00", day="2024-03-07").strip()})) == [(0, 1)]
    assert "of another period than the file" in shop.quarantine()[0]["reasons"][0]
    assert_balanced(shop)


def test_a_snapshot_that_was_replaced_stays_replaced(shop: FeedProject) -> None:
    shop.contract(relation="fullSnapshot", **MONEY)
    shop.land_one("a.csv", csv(row(1, "1.00"), row(2, "x")))
    shop.land_one("b.csv", csv(row(1, "10.00")))

    assert counts(replayed(shop, {3: row(2, "2.00").strip()})) == [(1, 0)]

    assert shop.current("order_id, amount") == [(1, Decimal("10.00"))]
    assert_balanced(shop)


def test_the_snapshot_that_counts_gains_the_line(shop: FeedProject) -> None:
    shop.contract(relation="fullSnapshot", **MONEY)
    shop.land_one("a.csv", csv(row(1, "1.00")))
    shop.land_one("b.csv", csv(row(1, "10.00"), row(2, "x")))

    replayed(shop, {3: row(2, "2.00").strip()})

    assert shop.current("order_id, amount") == [(1, Decimal("10.00")), (2, Decimal("2.00"))]
    assert_balanced(shop)


# Every format


def limited(amount: str) -> list[dict[str, Any]]:
    return [rule("expect_column_values_to_be_between", column="amount", max_value=float(amount))]


def as_parquet(**columns: Any) -> bytes:
    stream = BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def test_rows_of_parquet_in_every_type(shop: FeedProject) -> None:
    shop.contract(file={"format": "parquet"}, quality=limited("1"), **MONEY)
    moment = datetime(2024, 3, 1, 10, 0, 0, 123456)  # noqa: DTZ001
    # Columns are found whatever their case, so a replay has to find them, too.
    content = as_parquet(
        Order_ID=pa.array([9007199254740993, 2], pa.int64()),
        Customer=['Ann \u2028 "x"', "Bob"],
        AMOUNT=pa.array([Decimal("9999999999.90"), Decimal("1.00")], pa.decimal128(12, 2)),
        units=pa.array([None, 1], pa.int32()),
        rate=pa.array([1e-7, 0.5], pa.float64()),
        ordered_on=pa.array([date(2024, 3, 1)] * 2, pa.date32()),
        ordered_at=pa.array([moment] * 2, pa.timestamp("us")),
    )
    told = shop.land_one("a.parquet", content)
    assert (told["records_accepted"], told["records_quarantined"]) == (1, 1)

    shop.contract(file={"format": "parquet"}, quality=limited("1e12"), version="1.0.1", **MONEY)

    assert counts(replayed(shop)) == [(1, 0)]
    assert shop.current(
        "order_id, customer, amount, units, rate, ordered_on, ordered_at, _line"
    ) == [
        (2, "Bob", Decimal("1.00"), 1, 0.5, date(2024, 3, 1), moment, 2),
        (
            9007199254740993,
            'Ann \u2028 "x"',
            Decimal("9999999999.90"),
            None,
            1e-7,
            date(2024, 3, 1),
            moment,
            1,
        ),
    ]
    assert_balanced(shop)


def test_a_repaired_row_of_parquet(shop: FeedProject) -> None:
    shop.contract(file={"format": "parquet"}, quality=limited("1"), **MONEY)
    whole = {
        "order_id": [1],
        "customer": ["Ann"],
        "amount": pa.array([Decimal("2.00")], pa.decimal128(12, 2)),
        "units": [1],
        "rate": [0.5],
        "ordered_on": [date(2024, 3, 1)],
        "ordered_at": [datetime(2024, 3, 1)],  # noqa: DTZ001
    }
    shop.land_one("a.parquet", as_parquet(**whole))
    record = json.loads(shop.quarantine()[0]["record"])

    assert counts(replayed(shop, {1: json.dumps(record | {"amount": 0.5})})) == [(1, 0)]
    assert shop.current("order_id, amount") == [(1, Decimal("0.50"))]
    assert_balanced(shop)


def test_lines_of_json_keep_every_digit(shop: FeedProject) -> None:
    shop.contract(file={"format": "jsonl"}, quality=limited("1"), **MONEY)
    record = '{"order_id": 9007199254740993, "customer": "Zo\\u00eb", "amount": 1234567890.12}'
    shop.land_one("a.jsonl", record + "\n")
    assert shop.quarantine()[0]["record"] == record.encode()

    shop.contract(file={"format": "jsonl"}, quality=limited("1e12"), **MONEY)

    assert counts(replayed(shop)) == [(1, 0)]
    assert shop.current("order_id, customer, amount") == [
        (9007199254740993, "Zoë", Decimal("1234567890.12"))
    ]
    assert_balanced(shop)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_quoted_newline_survives_the_way(shop: FeedProject, tmp_path: Path, end: str) -> None:
    shop.contract(**MONEY)
    spoilt = row(1, "x", customer=f'"Ann{end}""A"""')
    shop.land_one("a.csv", csv(spoilt, row(2)).encode())
    assert shop.quarantine()[0]["record"] == spoilt.strip().encode()

    path = tmp_path / "open.jsonl"
    with shop.gate() as gate:
        (contract,) = gate.contracts
        path.write_text("".join(f"{line}\n" for line in export_quarantine(gate, contract)))
    path.write_text(path.read_text().replace(",x,", ",5.00,"))
    with shop.gate() as gate:
        (contract,) = gate.contracts
        assert counts(replay(gate, contract, original=None, repairs=read_repairs(path))) == [(1, 0)]

    assert shop.current("order_id, customer") == [(1, f'Ann{end}"A"'), (2, "Ann")]
    assert_balanced(shop)


def test_separators_of_lines_inside_a_record_survive_the_repair_file(
    shop: FeedProject, tmp_path: Path
) -> None:
    """Python takes U+2028, U+0085 and others for ends of lines; a repair file does not."""
    shop.contract(**MONEY)
    customer = "Ann\u2028Bea\u0085Cy\x0b\x1c"
    shop.land_one("a.csv", csv(row(1, "x", customer=customer)))
    path = tmp_path / "open.jsonl"
    with shop.gate() as gate:
        (contract,) = gate.contracts
        exported = "".join(f"{line}\n" for line in export_quarantine(gate, contract))
    # As an editor on Windows saves it.
    path.write_bytes(b"\xef\xbb\xbf" + exported.replace(",x,", ",1.00,").encode())

    with shop.gate() as gate:
        (contract,) = gate.contracts
        replay(gate, contract, original=None, repairs=read_repairs(path))

    assert shop.current("customer") == [(customer,)]


def test_a_repair_in_latin_1(shop: FeedProject) -> None:
    shop.contract(file={"encoding": "ISO-8859-1"}, **MONEY)
    shop.land_one("a.csv", csv(row(1, "x", customer="Zoë"), row(2, "y")).encode("latin-1"))

    assert counts(replayed(shop, {2: row(1, "1.00", customer="Zoë Ü").strip()})) == [(1, 1)]
    assert shop.current("customer") == [("Zoë Ü",)]

    with pytest.raises(UsageError, match=r"repairs.jsonl:1: character 3 of the record, .*20ac"):
        replayed(shop, {3: row(2, "2.00", customer="€").strip()})


def test_personal_data_is_hashed_as_if_it_came_right_at_once(shop: FeedProject) -> None:
    columns = [
        column | {"classification": "pii"} if column["name"] == "customer" else column
        for column in COLUMNS
    ]
    shop.contract(columns=columns, **MONEY)
    shop.land_one("a.csv", csv(row(1), row(2, "x")))

    replayed(shop, {3: row(2, customer=" ANN").strip()})

    hashes = [value for (value,) in shop.current("customer_hmac")]
    assert len(hashes) == 2
    assert len(set(hashes)) == 1
    assert len(hashes[0]) == 64
    assert_balanced(shop)


# Giving lines up


def test_waived_lines_are_in_the_balance_with_their_reason(shop: FeedProject) -> None:
    shop.contract(quality=limited("1"), **MONEY)
    told = shop.land_one("a.csv", csv(row(1), row(2, "5.00"), row(3, "6.00"), row(4, "7.00")))

    with shop.gate() as gate:
        (contract,) = gate.contracts
        name = told["delivery_id"]
        assert waive(gate, contract, original=name, lines=[3, 5], why="a test till") == 2

    lines = shop.quarantine()
    assert [line["state"] for line in lines] == ["waived", "open", "waived"]
    assert [line["decision"] for line in lines] == ["a test till", None, "a test till"]
    original, waiver = shop.ledger()
    assert (original["records_waived"], original["control_waived"]) == (2, Decimal(12))
    assert (waiver["kind"], waiver["reason"]) == ("waiver", "a test till")
    assert_balanced(shop)

    # What was waived stays waived, also when its rule is gone.
    shop.contract(**MONEY)
    assert counts(replayed(shop)) == [(1, 0)]
    assert shop.current("order_id") == [(1,), (3,)]
    assert_balanced(shop)


@pytest.mark.parametrize(
    "name, lines, why, says",
    [
        ("told", [3], "  ", "A waiver needs a reason"),
        ("told", [99], "x", "No such line of delivery"),
        ("elsewhere", [], "x", "No such line of delivery elsewhere is open in erp.orders"),
    ],
)
def test_a_waiver_that_cannot_be(
    shop: FeedProject, name: str, lines: list[int], why: str, says: str
) -> None:
    shop.contract(**MONEY)
    told = shop.land_one("a.csv", csv(row("x")))
    original = told["delivery_id"] if name == "told" else name
    with shop.gate() as gate, pytest.raises(UsageError, match=says):
        waive(gate, gate.contracts[0], original=original, lines=lines, why=why)
    assert [line["state"] for line in shop.quarantine()] == ["open"]


# Wrong use


def test_a_repair_of_a_line_that_is_not_open(shop: FeedProject) -> None:
    shop.contract(**MONEY)
    shop.land_one("a.csv", csv(row("x"), row(2)))
    with pytest.raises(UsageError, match=r"repairs.jsonl:1: line 3 of delivery .* is not open"):
        replayed(shop, {3: row(2).strip()})


def test_an_empty_repair_keeps_all_as_it_was(shop: FeedProject) -> None:
    shop.contract(**MONEY)
    shop.land_one("a.csv", csv(row("x"), row("y")))
    with pytest.raises(UsageError, match=r"repairs.jsonl:2: the record is empty.*onemart waive"):
        replayed(shop, {2: row(1).strip(), 3: " "})
    assert [line["repaired_record"] for line in shop.quarantine()] == [None, None]


@pytest.mark.parametrize(
    "content, says",
    [
        ("{not JSON}\n", "repairs.jsonl:1: this is no line"),
        ('\n{"delivery_id": "d", "line": 2}\n', "repairs.jsonl:2: .*'record'"),
        ("[1, 2]\n", "repairs.jsonl:1: this is no line"),
        ('{"delivery_id": "d", "line": 2, "record": {"a": 1}}\n', "record are text"),
        ('{"delivery_id": "d", "line": "2", "record": "a"}\n', "line is a number"),
        (b'{"delivery_id": "d", "line": 2, "record": "\xff"}\n', "repairs.jsonl:1: .*utf-8"),
        (
            '{"delivery_id": "d", "line": 2, "record": "a"}\n' * 2,
            "repairs.jsonl:2: line 2 of delivery d stands in .*repairs.jsonl:1 already",
        ),
    ],
)
def test_a_repair_file_that_cannot_be_read(tmp_path: Path, content: str | bytes, says: str) -> None:
    path = tmp_path / "repairs.jsonl"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(UsageError, match=says):
        read_repairs(path)


def test_a_rule_that_cannot_execute_leaves_all_open(shop: FeedProject) -> None:
    shop.contract(**MONEY)
    shop.land_one("a.csv", csv(row(1, "x")))
    broken = rule(
        "unexpected_rows_expectation",
        unexpected_rows_query="select * from {batch} where nobody = 1",
    )
    shop.contract(quality=[broken], **MONEY)

    with pytest.raises(UsageError, match="cannot be executed"):
        replayed(shop, {2: row(1).strip()})
    assert [line["state"] for line in shop.quarantine()] == ["open"]
    assert shop.raw("*") == []
    assert counts_after_repair_of_contract(shop) == [(1, 0)]
    assert_balanced(shop)


def counts_after_repair_of_contract(shop: FeedProject) -> list[tuple[int, int]]:
    shop.contract(**MONEY)
    return counts(replayed(shop))


# Any mix, in any order

LINES = st.lists(
    st.tuples(
        st.booleans(),
        st.sampled_from(["0.01", "1.00", "99.99"]),
        st.sampled_from(["2024-03-01", "2024-03-02"]),
    ),
    min_size=1,
    max_size=8,
)


@given(
    lines=LINES,
    chunks=st.lists(st.sets(st.integers(0, 7)), max_size=3),
    relation=st.sampled_from(["append", "upsert", "fullSnapshot", "by a column"]),
)
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_replay_ends_as_if_the_lines_had_been_right_at_once(
    lines: list[tuple[bool, str, str]],
    chunks: list[set[int]],
    relation: str,
    tmp_path_factory: pytest.TempPathFactory,
    great_expectations: None,  # noqa: ARG001
) -> None:
    told = PERIODS.get(relation, {"relation": relation})
    right = [row(number, amount, day).strip() for number, (_, amount, day) in enumerate(lines)]
    spoilt = [
        text if good else text.replace(f"{number},", f"{number}?,", 1)
        for number, (text, (good, _, _)) in enumerate(zip(right, lines, strict=True))
    ]
    bad = {number for number, (good, _, _) in enumerate(lines) if not good}

    straight = FeedProject(tmp_path_factory.mktemp("straight"))
    straight.contract(**told, **MONEY)
    straight.land_one("a.csv", csv(*(f"{text}\n" for text in right)))

    shop = FeedProject(tmp_path_factory.mktemp("replayed"))
    shop.contract(**told, **MONEY)
    shop.land_one("a.csv", csv(*(f"{text}\n" for text in spoilt)))
    assert_balanced(shop)
    for chunk in [*chunks, set(range(8))]:
        todo = sorted(chunk & bad)
        bad -= chunk
        if todo:
            (done,) = replayed(shop, {number + 2: right[number] for number in todo})
            assert (done.accepted, done.still_open) == (len(todo), len(bad))
            assert_balanced(shop)

    same: Callable[[FeedProject], list[Any]] = lambda one: [  # noqa: E731
        one.raw("* exclude (_delivery_id, _loaded_at)"),
        one.current("* exclude (_delivery_id, _loaded_at)"),
        sorted(set(one.rows("select day from ops.touched_days"))),
    ]
    assert same(shop) == same(straight)
