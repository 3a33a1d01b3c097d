"""The gate beyond the content of files: whole files, links, rules, contracts, personal data."""

import hashlib
import hmac
import os
import resource
import time
from typing import Any

import pytest
from tests.feeds.feed_project import FeedProject, rule

PLAIN = [
    {"name": "order_id", "logicalType": "integer"},
    {"name": "amount", "logicalType": "number", "physicalType": "decimal(12,2)"},
    {"name": "email", "logicalType": "string", "classification": "pii"},
    {"name": "sold_on", "logicalType": "date", "partitioned": True},
]
PLAIN_HEADER = "order_id,amount,email,sold_on\n"


def sales(*lines: str) -> str:
    return PLAIN_HEADER + "".join(f"{text}\n" for text in lines)


def statuses(shop: FeedProject) -> dict[str, str]:
    return {outcome.file_name: outcome.status for outcome in shop.land().outcomes}


def test_same_file_under_another_name_is_skipped(shop: FeedProject) -> None:
    shop.contract("orders", PLAIN)
    first = shop.land_one("a.csv", sales("1,2.00,,"))
    shop.land_file("b.csv", sales("1,2.00,,"))
    report = shop.land()
    again = shop.ledger()[-1]
    assert (again["status"], again["duplicate_of"]) == ("skipped", first["delivery_id"])
    assert first["delivery_id"] in again["reason"]
    assert [again[f"records_{kind}"] for kind in ("delivered", "accepted", "rejected")] == [0] * 3
    assert shop.current("order_id") == [(1,)]
    assert report.exit_status == 0


def test_file_that_is_still_written_waits(shop: FeedProject) -> None:
    shop.contract("orders", PLAIN)
    shop.contract("marked", PLAIN, complete={"when": "marker", "suffix": ".ok"})
    shop.contract("quiet", PLAIN, complete={"when": "quiet", "seconds": 30})
    shop.land_file("a.csv.part", sales("1,1.00,,"))
    shop.land_file("m.csv", sales("1,1.00,,"), "marked")
    fresh = shop.land_file("q.csv", sales("1,1.00,,"), "quiet")
    report = shop.land()
    told = {outcome.file_name: (outcome.status, outcome.reason) for outcome in report.outcomes}
    assert {status for status, _ in told.values()} == {"waiting"}
    assert ".part" in told["a.csv.part"][1]
    assert "no m.csv.ok beside it" in told["m.csv"][1]
    assert "30 quiet s" in told["q.csv"][1]
    assert report.exit_status == 0
    shop.land_file("m.csv.ok", "", "marked")
    os.utime(fresh, (time.time() - 60, time.time() - 60))
    (shop.folder() / "a.csv.part").rename(shop.folder() / "a.csv")
    assert statuses(shop) == dict.fromkeys(("a.csv", "m.csv", "q.csv"), "accepted")
    assert list(shop.folder("marked").iterdir()) == []


def test_link_out_of_landing_is_rejected_and_not_followed(shop: FeedProject) -> None:
    shop.contract("orders", PLAIN)
    outside = shop.root.parent / "secret.csv"
    outside.write_text(sales("1,2.00,,"))
    (shop.folder() / "link.csv").symlink_to(outside)
    shop.land_file("good.csv", sales("2,3.00,,"))
    report = shop.land()
    row = next(row for row in shop.ledger() if row["file_name"] == "link.csv")
    assert (row["status"], row["reason_code"]) == ("rejected", "not_a_file")
    assert "not followed" in row["reason"]
    assert shop.current("order_id") == [(2,)]
    assert outside.read_text() == sales("1,2.00,,")
    assert report.exit_status == 3


def test_folder_that_is_a_link_is_told_and_not_followed(shop: FeedProject) -> None:
    shop.contract("orders", PLAIN)
    outside = shop.root.parent / "elsewhere"
    outside.mkdir()
    (outside / "a.csv").write_text(sales("1,2.00,,"))
    folder = shop.folder()
    folder.rmdir()
    folder.symlink_to(outside)
    report = shop.land()
    assert (report.outcomes, report.exit_status) == ([], 2)
    assert [path.name for path in report.strangers] == ["orders"]
    assert (outside / "a.csv").is_file()


def test_wrong_contract_stops_only_its_own_feed(shop: FeedProject) -> None:
    shop.contract("orders", PLAIN)
    wrong = shop.contract("prices", PLAIN)
    text = wrong.read_text().replace("decimal(12,2)", "decimal(2,12)")
    wrong.write_text(text)
    number = 1 + [told.strip() for told in text.splitlines()].index("- description: The amount.")
    shop.land_file("a.csv", sales("1,2.00,,"))
    waiting = shop.land_file("p.csv", sales("1,2.00,,"), "prices")
    report = shop.land()
    assert shop.current("order_id") == [(1,)]
    (error,) = report.contract_errors
    assert str(error).startswith(f"expectations/erp/prices.yml:{number}: column amount")
    assert report.exit_status == 2
    assert waiting.is_file()


BROKEN_RULES = {
    "pattern that RE2 does not know": rule(
        "expect_column_values_to_match_regex", "broken", column="email", regex="(?=x)y"
    ),
    "column that is nowhere": rule(
        "unexpected_rows_expectation",
        "broken",
        unexpected_rows_query="select * from {batch} where nowhere > 1",
    ),
    "bound of another type": rule(
        "expect_column_values_to_be_between", "broken", column="email", min_value="a"
    ),
    "set of another type": rule(
        "expect_column_values_to_be_in_set", "broken", column="email", value_set=[1, 2]
    ),
    "cast that fails on a personal value": rule(
        "unexpected_rows_expectation",
        "broken",
        unexpected_rows_query="select * from {batch} where cast(email as integer) > 1",
    ),
}


@pytest.mark.parametrize("name", BROKEN_RULES)
def test_rule_that_cannot_execute_rejects_the_file_and_names_its_line(
    shop: FeedProject, name: str
) -> None:
    shop.contract("other", PLAIN)
    path = shop.contract("orders", PLAIN, quality=[BROKEN_RULES[name]])
    told = [text.strip() for text in path.read_text().splitlines()]
    shop.land_file("a.csv", sales("1,2.00,planted@example.com,"))
    shop.land_file("o.csv", sales("1,2.00,,"), "other")
    report = shop.land()
    (row,) = shop.ledger()
    assert (row["status"], row["reason_code"]) == ("rejected", "rule_cannot_execute")
    assert f"expectations/erp/orders.yml:{1 + told.index('- type: custom')} " in row["reason"]
    assert "'broken'" in row["reason"]
    assert row["records_rejected"] == 1
    assert shop.current("order_id", "other") == [(1,)]
    assert report.exit_status == 3
    assert_nothing_personal_in_ops(shop, "planted@example.com")


def assert_nothing_personal_in_ops(shop: FeedProject, planted: str) -> None:
    tables = shop.rows(
        "select table_name from information_schema.tables where table_schema = 'ops'"
    )
    assert len(tables) > 8
    for (table,) in tables:
        for row in shop.rows(f"select * from ops.{table}"):
            assert planted not in repr(row), table


def test_personal_data_is_hashed_and_stays_out_of_ops(
    shop: FeedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEMART_PII_KEY", "a key of the test")
    quality = [
        rule("expect_column_values_to_match_regex", column="email", regex="@"),
        rule(
            "expect_column_distinct_values_to_contain_set",
            column="email",
            value_set=["x"],
            severity="warning",
        ),
        rule("expect_column_values_to_be_in_set", column="email", value_set=["y"])
        | {"severity": "warning"},
    ]
    shop.contract("orders", PLAIN, quality=quality)
    mails = ["planted@Example.com", " Zoë@planted.example ", "planted without at", ""]
    shop.land_one(
        "a.csv", sales(*(f"{n},1.00,{mail}," for n, mail in enumerate(mails)), "x,1,planted,")
    )
    found = dict(shop.raw("email, email_hmac"))
    expected = {
        mail: hmac.new(
            b"a key of the test", mail.strip().lower().encode(), hashlib.sha256
        ).hexdigest()
        for mail in mails[:2]
    }
    assert found == {**expected, None: None}
    assert sorted(bytes(bad["record"]) for bad in shop.quarantine()) == [
        b"2,1.00,planted without at,",
        b"x,1,planted,",
    ]
    assert_nothing_personal_in_ops(shop, "planted")


def test_contract_grows_by_a_column_and_a_wider_type(shop: FeedProject) -> None:
    shop.contract("orders", PLAIN)
    shop.land_one("a.csv", sales("1,2.00,,"))
    wider = [PLAIN[0], {**PLAIN[1], "physicalType": "decimal(18,4)"}, *PLAIN[2:]]
    note = {"name": "note", "logicalType": "string"}
    shop.contract("orders", [*wider, note], version="1.1.0")
    shop.land_one("b.csv", PLAIN_HEADER.strip() + ",note\n2,12345678901234.5678,,,hello\n")
    assert shop.current("order_id, amount::varchar, note, _contract_version") == [
        (1, "2.0000", None, "1.0.0"),
        (2, "12345678901234.5678", "hello", "1.1.0"),
    ]


@pytest.mark.parametrize(
    "columns, says",
    [
        ([{**PLAIN[0], "logicalType": "date"}, *PLAIN[1:]], "'order_id' is bigint"),
        ([PLAIN[0], {**PLAIN[1], "physicalType": "decimal(8,2)"}, *PLAIN[2:]], "decimal(8,2)"),
        ([PLAIN[0], *PLAIN[2:]], "'amount' is in the raw table and no longer here"),
        ([PLAIN[0], {**PLAIN[1], "name": "total"}, *PLAIN[2:]], "'amount' is in the raw table"),
        ([{**PLAIN[0], "name": "Order_ID"}, *PLAIN[1:]], "is named 'Order_ID' here"),
    ],
    ids=["other type", "narrower", "removed", "renamed", "other case"],
)
def test_contract_that_takes_away_is_refused_and_changes_nothing(
    shop: FeedProject, columns: list[dict[str, Any]], says: str
) -> None:
    shop.contract("orders", PLAIN)
    shop.land_one("a.csv", sales("1,2.00,,"))
    shop.contract("orders", columns, version="2.0.0")
    shop.land_file("b.csv", sales("2,3.00,,"))
    report = shop.land()
    (error,) = report.contract_errors
    place, told = str(error).split(": ", 1)
    assert place.startswith("expectations/erp/orders.yml:")
    assert int(place.split(":")[1]) > 1
    assert says in told
    assert report.exit_status == 2
    shop.contract("orders", PLAIN)
    assert statuses(shop) == {"b.csv": "accepted"}
    assert shop.current("order_id") == [(1,), (2,)]


def test_numbers_in_json_keep_every_digit(shop: FeedProject) -> None:
    columns = [
        {"name": "big", "logicalType": "integer"},
        {"name": "money", "logicalType": "number", "physicalType": "decimal(38,18)"},
        {"name": "code", "logicalType": "string"},
    ]
    shop.contract("orders", columns, file={"format": "jsonl"})
    shop.land_one(
        "a.jsonl",
        '{"big": 9223372036854775807, "money": 12345678901234567890.123456789012345678,'
        ' "code": 0.10000000000000000000000001}\n',
    )
    assert shop.current("big, money::varchar, code") == [
        (
            9223372036854775807,
            "12345678901234567890.123456789012345678",
            "0.10000000000000000000000001",
        )
    ]


def test_field_of_100_mb_is_one_quarantined_line_in_bounded_memory(shop: FeedProject) -> None:
    shop.contract("orders", PLAIN)
    path = shop.folder() / "a.csv"
    with path.open("wb") as file:
        file.write((PLAIN_HEADER + "1,2.00,,\n2,1.00,").encode())
        for _ in range(100):
            file.write(b"x" * (1 << 20))
        file.write(b",\r\n3,4.00,,\r\n4,5.00,,\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    shop.land()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert shop.current("order_id, _line") == [(1, 2), (3, 4), (4, 5)]
    (bad,) = shop.quarantine()
    assert bad["line"] == 3
    assert "longer than 1,048,576 bytes" in bad["reasons"][0]
    assert len(bad["record"]) == (1 << 20) + 1
    assert grown < 90_000


def test_rule_about_the_file_rejects_or_warns(shop: FeedProject) -> None:
    most = rule("expect_table_row_count_to_be_between", "few rows", min_value=1, max_value=2)
    shop.contract("orders", PLAIN, quality=[most])
    shop.contract("warned", PLAIN, quality=[{**most, "severity": "warning"}])
    content = sales("1,1.00,,", "2,1.00,,", "3,1.00,,")
    shop.land_file("a.csv", content)
    shop.land_file("w.csv", content, "warned")
    report = shop.land()
    (row,), (warned,) = shop.ledger(), shop.ledger("warned")
    assert (row["status"], row["reason_code"], row["records_rejected"]) == (
        "rejected",
        "table_rule",
        3,
    )
    for told in (row["reason"], *warned["warnings"]):
        assert "few rows: 3 (expectations/erp/" in told
        assert "at most 2" in told
    assert (warned["status"], warned["records_accepted"]) == ("accepted", 3)
    assert report.exit_status == 3


@pytest.mark.parametrize("same_weekday", [True, False])
def test_rows_are_compared_with_earlier_files(shop: FeedProject, *, same_weekday: bool) -> None:
    history = {"sameWeekday": same_weekday, "atLeast": 2, "lowest": 0.5, "highest": 2.0}
    usual = rule("expect_table_row_count_to_be_between", "as usual", history=history)
    shop.contract("orders", PLAIN, quality=[usual])
    monday, tuesday = [f"2024-01-{day:02}" for day in (1, 8, 15)], "2024-01-16"
    for day in monday[:2]:
        row = shop.land_one(f"{day}.csv", sales(*(f"{n},1.00,,{day}" for n in range(4))))
        assert row["status"] == "accepted"
    other = shop.land_one("tuesday.csv", sales(f"1,1.00,,{tuesday}"))
    assert other["status"] == ("accepted" if same_weekday else "rejected")
    few = shop.land_one("few.csv", sales(f"2,1.00,,{monday[2]}"))
    assert (few["status"], few["reason_code"]) == ("rejected", "table_rule")
    assert "at least 2, at most 9" in few["reason"]


def test_old_data_is_told_by_the_clock(shop: FeedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = rule(
        "expect_column_max_to_be_between", "fresh", column="sold_on", history={"maxAgeDays": 3}
    )
    shop.contract("orders", PLAIN, quality=[fresh])
    monkeypatch.setenv("ONEMART_NOW", "2024-01-10 12:00:00")
    assert shop.land_one("new.csv", sales("1,1.00,,2024-01-08"))["status"] == "accepted"
    old = shop.land_one("old.csv", sales("2,1.00,,2024-01-06"))
    assert (old["status"], old["reason_code"]) == ("rejected", "table_rule")
    assert "fresh" in old["reason"]
    assert shop.land_one("none.csv", sales())["status"] == "accepted"


def test_full_snapshot_without_rows_is_rejected(shop: FeedProject) -> None:
    shop.contract("orders", PLAIN, relation="fullSnapshot")
    shop.land_one("a.csv", sales("1,1.00,,"))
    row = shop.land_one("b.csv", PLAIN_HEADER)
    assert (row["status"], row["reason_code"]) == ("rejected", "empty_snapshot")
    assert "delete everything" in row["reason"].replace("\n", " ")
    assert shop.current("order_id") == [(1,)]
