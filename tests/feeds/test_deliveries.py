"""How deliveries relate: to each other, to their order, to their names, and to the clock."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from tests.feeds.feed_project import SOURCE, BrokenOffError, FeedProject, rule

KEYED = [
    {"name": "sku", "logicalType": "integer", "primaryKey": True, "primaryKeyPosition": 1},
    {"name": "price", "logicalType": "number", "physicalType": "decimal(12,2)"},
]
WEEKLY = [
    {"name": "week", "logicalType": "integer"},
    {"name": "amount", "logicalType": "number", "physicalType": "decimal(12,2)"},
    {"name": "sold_on", "logicalType": "date", "partitioned": True},
]
ON_EMULATOR = {
    "test_a_landing_that_breaks_off_is_done_again",
}
VERSIONED = r"[a-z_]+_(?P<order>[0-9]+)\.csv"


def balances(project: FeedProject, feed: str) -> None:
    """What counts now is what was accepted, less what was superseded, in rows and in money."""
    total = project.dicts(
        "select sum(records_accepted + records_replayed - records_superseded) as records,"
        " sum(control_accepted + control_replayed - control_superseded) as control,"
        " min(case when records_delivered = records_accepted + records_quarantined"
        " + records_rejected then 1 else 0 end) as is_balanced from ops.deliveries"
        f" where feed = '{feed}'"
    )[0]
    rows = project.rows(f"select count(*) as n from raw.{SOURCE}__{feed}__current")[0][0]
    assert (total["records"], total["is_balanced"]) == (rows, 1)


@pytest.mark.parametrize(
    "policy, counts, kept",
    [
        ("keepFirst", (4, 2, 2, 0), [(1, 10), (2, 20)]),
        ("keepLast", (4, 2, 2, 0), [(1, 12), (2, 20)]),
        ("keepNone", (4, 1, 3, 0), [(2, 20)]),
    ],
)
def test_duplicate_key_in_the_file_is_resolved_by_the_contract(
    shop: FeedProject, policy: str, counts: tuple[int, ...], kept: list[tuple[int, int]]
) -> None:
    shop.contract("prices", KEYED, duplicates=policy)
    row = shop.land_one("p.csv", "sku,price\n1,10\n1,11\n2,20\n1,12\n", "prices")
    found = ("delivered", "accepted", "quarantined", "rejected")
    assert tuple(row[f"records_{kind}"] for kind in found) == counts
    assert shop.current("sku, price", "prices") == kept
    for bad in shop.quarantine("prices"):
        assert "the key (sku) is in the file more than once" in bad["reasons"][0]
        winner = {"keepFirst": "line 2 counts", "keepLast": "line 5 counts"}
        assert winner.get(policy, "none of 3 lines counts") in bad["reasons"][0]


def test_line_that_breaks_a_rule_does_not_win_its_key(shop: FeedProject) -> None:
    price = rule("expect_column_values_to_be_between", min_value=0, column="price")
    shop.contract("prices", KEYED, duplicates="keepFirst", quality=[price])
    shop.land_one("p.csv", "sku,price\n1,-1\n1,11\n1,12\n", "prices")
    assert shop.current("sku, price", "prices") == [(1, 11)]
    assert [bad["line"] for bad in shop.quarantine("prices")] == [2, 4]
    assert "line 3 counts" in shop.quarantine("prices")[1]["reasons"][0]


def test_key_of_an_earlier_delivery_is_quarantined_where_rows_add_up(shop: FeedProject) -> None:
    shop.contract("prices", KEYED)
    first = shop.land_one("p1.csv", "sku,price\n1,10\n2,20\n", "prices")
    second = shop.land_one("p2.csv", "sku,price\n2,21\n3,30\n", "prices")
    assert (second["records_accepted"], second["records_quarantined"]) == (1, 1)
    (bad,) = shop.quarantine("prices")
    assert "the key (sku) was delivered before" in bad["reasons"][0]
    assert f"line 3 of delivery {first['delivery_id']}" in bad["reasons"][0]
    assert bytes(bad["record"]) == b"2,21"
    balances(shop, "prices")


def test_a_landing_that_breaks_off_is_done_again(shop: FeedProject) -> None:
    """Its keys are not taken by what it left itself, where there are no transactions."""
    shop.contract("prices", KEYED)
    shop.land_file("a.csv", "sku,price\n1,10\n2,20\n", "prices")
    with shop.breaking_off(), pytest.raises(BrokenOffError):
        shop.land()
    assert shop.ledger("prices") == []
    shop.land()
    (row,) = shop.ledger("prices")
    assert (row["records_accepted"], row["records_quarantined"]) == (2, 0)
    assert shop.raw("sku, price", "prices") == [(1, 10), (2, 20)]


def test_line_without_period_is_quarantined_where_periods_are_replaced(shop: FeedProject) -> None:
    shop.contract("sales", WEEKLY, relation="replacePeriod", period={"column": "week"})
    row = shop.land_one("s.csv", "week,amount,sold_on\n,1.00,2024-01-01\n1,2.00,\n", "sales")
    assert (row["records_accepted"], row["records_quarantined"]) == (1, 1)
    assert "column week is empty" in shop.quarantine("sales")[0]["reasons"][0]


def arrive(
    project: FeedProject, contract: dict[str, Any], files: list[tuple[str, str]]
) -> FeedProject:
    project.contract("sales", **contract)
    with project.gate() as gate:
        for name, content in files:
            project.land_file(name, content, "sales")
            for found in gate.files():
                assert gate.take(found).status in {"accepted", "skipped"}
    balances(project, "sales")
    return project


FILES = {
    "sales_1.csv": "week,amount,sold_on\n1,1.00,2024-01-01\n1,2.00,2024-01-02\n",
    "sales_2.csv": "week,amount,sold_on\n1,5.00,2024-01-02\n2,6.00,2024-01-08\n",
    "sales_10.csv": "week,amount,sold_on\n2,7.00,2024-01-09\n3,8.00,2024-01-15\n",
}
RELATED = {
    "replace a period by its column": (
        {"columns": WEEKLY, "relation": "replacePeriod", "fileName": VERSIONED}
        | {"period": {"column": "week"}, "order": {"fileName": "order"}, "controlTotal": "amount"},
        FILES,
        [(1, 5), (2, 7), (3, 8)],
    ),
    "replace a period by the file's name, one without rows": (
        {"columns": WEEKLY, "relation": "replacePeriod", "controlTotal": "amount"}
        | {"fileName": r"w(?P<week>[0-9]+)_(?P<order>[0-9]+)\.csv"}
        | {"period": {"column": "week", "fileName": "week"}, "order": {"fileName": "order"}},
        {
            "w1_1.csv": FILES["sales_1.csv"],
            "w1_9.csv": "week,amount,sold_on\n",
            "w2_9.csv": "week,amount,sold_on\n",
            "w2_10.csv": "week,amount,sold_on\n2,7.00,2024-01-09\n",
        },
        [(2, 7)],
    ),
    "full snapshot": (
        {"columns": WEEKLY, "relation": "fullSnapshot", "fileName": VERSIONED}
        | {"order": {"fileName": "order"}, "controlTotal": "amount"},
        FILES,
        [(2, 7), (3, 8)],
    ),
    "full snapshot that goes back to an older version": (
        {"columns": WEEKLY, "relation": "fullSnapshot", "fileName": VERSIONED}
        | {"order": {"fileName": "order"}, "controlTotal": "amount"},
        {**FILES, "sales_11.csv": FILES["sales_1.csv"]},
        [(1, 1), (1, 2)],
    ),
    "upsert by the file's order": (
        {"columns": [{**WEEKLY[0], "primaryKey": True, "primaryKeyPosition": 1}, *WEEKLY[1:]]}
        | {"relation": "upsert", "fileName": VERSIONED, "order": {"fileName": "order"}}
        | {"duplicates": "keepLast", "controlTotal": "amount"},
        FILES,
        [(1, 5), (2, 7), (3, 8)],
    ),
    "upsert by a column's order": (
        {"columns": [{**WEEKLY[0], "primaryKey": True, "primaryKeyPosition": 1}, *WEEKLY[1:]]}
        | {"relation": "upsert", "order": {"column": "amount"}, "controlTotal": "amount"},
        {
            "a.csv": "week,amount,sold_on\n1,9.00,2024-01-01\n2,-3.00,2024-01-01\n",
            "b.csv": "week,amount,sold_on\n1,10.00,2024-01-02\n2,-20.00,2024-01-01\n",
            "c.csv": "week,amount,sold_on\n1,8.50,2024-01-02\n",
        },
        [(1, 10), (2, -3)],
    ),
}


@pytest.mark.parametrize("how", RELATED)
def test_every_order_of_arrival_gives_the_same(
    tmp_path: Path,
    great_expectations: None,  # noqa: ARG001
    how: str,
) -> None:
    contract, files, expected = RELATED[how]
    orders = list(permutations(files.items()))
    # Of four files the orders that turn the last arrival, and all of three.
    for number, arrival in enumerate(orders if len(orders) < 7 else orders[::5]):
        project = arrive(FeedProject(tmp_path / str(number)), contract, list(arrival))
        found = project.current("week, amount", "sales")
        assert found == expected, [name for name, _ in arrival]


@pytest.mark.parametrize(
    "how",
    [
        "upsert by the file's order",
        *(
            pytest.param(how, marks=pytest.mark.torture)
            for how in (
                "replace a period by its column",
                "replace a period by the file's name, one without rows",
                "full snapshot",
                "upsert by a column's order",
            )
        ),
    ],
)
def test_the_last_comes_first_on_the_emulator(on_emulator: FeedProject, how: str) -> None:
    contract, files, expected = RELATED[how]
    arrive(on_emulator, contract, list(reversed(files.items())))
    assert on_emulator.current("week, amount", "sales") == expected
