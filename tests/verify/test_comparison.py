"""Two tables are equal, or a person sees where they are not."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onemart.verify.comparison import Comparison, Table, compare, kind_of

COLUMNS = {
    "order_id": "VARCHAR",
    "order_date": "DATE",
    "net_sales_amount": "DECIMAL(28,6)",
    "share": "DOUBLE",
}
IN_BIGQUERY = {
    "share": "FLOAT",
    "order_id": "STRING",
    "net_sales_amount": "NUMERIC",
    "order_date": "DATE",
}
ONE = ("1", date(2017, 1, 2), Decimal("7.50"), 0.1)
TWO = ("2", date(2017, 1, 3), None, 0.3)


def found(
    first: list[tuple[Any, ...]],
    second: list[tuple[Any, ...]],
    *,
    key: tuple[str, ...] = ("order_id",),
    to_the_cent: tuple[str, ...] = (),
) -> Comparison:
    return compare(Table(COLUMNS, first), Table(COLUMNS, second), key=key, to_the_cent=to_the_cent)


def test_order_of_rows_and_columns_and_names_of_types_do_not_count() -> None:
    places = [list(COLUMNS).index(name) for name in IN_BIGQUERY]
    turned = [tuple(row[place] for place in places) for row in (TWO, ONE)]
    assert compare(Table(COLUMNS, [ONE, TWO]), Table(IN_BIGQUERY, turned), key=["order_id"]).equal


@pytest.mark.parametrize(
    "place, value, told",
    [
        (1, date(2017, 1, 9), "order_id 1: order_date is datetime.date(2017, 1, 2)"),
        (2, Decimal("7.500001"), "net_sales_amount is Decimal('7.50') and Decimal('7.500001')"),
        (2, None, "net_sales_amount is Decimal('7.50') and None"),
        (2, 7.5, "net_sales_amount is Decimal('7.50') and 7.5"),
        (3, 0.1000000002, "share is 0.1 and 0.1000000002"),
        (3, float("nan"), "share is 0.1 and nan"),
    ],
)
def test_a_planted_difference_is_found_and_told(place: int, value: Any, told: str) -> None:
    changed = (*ONE[:place], value, *ONE[place + 1 :])
    comparison = found([ONE, TWO], [changed, TWO])
    assert not comparison.equal
    assert comparison.different == 1
    assert told in str(comparison.differences[0])


def test_floats_may_differ_by_less_than_a_billionth_and_it_is_told_by_how_much() -> None:
    comparison = found([ONE], [(*ONE[:3], 0.1 + 1e-11)])
    assert comparison.equal
    assert comparison.largest == {"share": pytest.approx(1e-11, rel=1e-3)}


def test_a_column_that_is_right_to_the_cent_may_differ_by_less_than_half_of_one() -> None:
    def differing_by(amount: str) -> Comparison:
        other = (*ONE[:2], Decimal("7.50") + Decimal(amount), ONE[3])
        return found([ONE], [other], to_the_cent=("net_sales_amount",))

    assert differing_by("0.004").equal
    assert differing_by("0.004").largest == {"net_sales_amount": Decimal("0.004")}
    assert not differing_by("0.005").equal


def test_rows_that_one_side_lacks_are_told_by_their_key() -> None:
    comparison = found([ONE, TWO], [TWO])
    assert (comparison.rows, comparison.other_rows) == (2, 1)
    assert [str(one) for one in comparison.differences] == ["order_id 1: only in the first"]
    assert str(found([TWO], [ONE, TWO]).differences[0]) == "order_id 1: only in the second"


def test_columns_that_are_left_out_do_not_count() -> None:
    table, other = Table(COLUMNS, [ONE, TWO]), Table(COLUMNS, [("3", *ONE[1:]), ("4", *TWO[1:])])
    assert not compare(table, other, key=[]).equal
    assert compare(table.without(["order_id"]), other.without(["order_id"]), key=[]).equal
    assert table.without([]) is table


def test_a_row_too_many_under_one_key_is_found() -> None:
    assert found([ONE, ONE], [ONE, ONE]).equal
    assert found([ONE, ONE], [ONE]).different == 1


def test_without_a_key_rows_are_paired_by_all_that_is_exact() -> None:
    other_share = (*ONE[:3], 0.1 + 1e-12)
    assert found([ONE, TWO], [TWO, other_share], key=()).equal
    assert found([ONE, TWO], [TWO, ("3", *ONE[1:])], key=()).different == 2


def test_a_column_or_a_type_that_differs_is_a_problem_of_its_own() -> None:
    other = {**COLUMNS, "net_sales_amount": "FLOAT64"} | {"margin": "NUMERIC"}
    comparison = compare(Table(COLUMNS, []), Table(other, []), key=["order_id"])
    assert comparison.problems == [
        "Column margin is only in the second.",
        "Column net_sales_amount is DECIMAL(28,6) and FLOAT64.",
    ]
    assert not comparison.equal


def test_times_are_one_moment_with_or_without_a_zone() -> None:
    columns = {"at": "TIMESTAMP"}
    plain = Table(columns, [(datetime(2017, 1, 2, 12),)])  # noqa: DTZ001
    assert compare(plain, Table(columns, [(datetime(2017, 1, 2, 12, tzinfo=UTC),)]), key=[]).equal
    later = datetime(2017, 1, 2, 14, tzinfo=timezone(timedelta(hours=2)))
    assert compare(plain, Table(columns, [(later,)]), key=[]).equal


def test_many_differences_are_counted_and_the_first_are_shown() -> None:
    rows = [(str(number), *ONE[1:]) for number in range(50)]
    comparison = found(rows, [])
    assert comparison.different == 50
    assert len(comparison.differences) == 20


def test_a_type_nobody_knows_is_itself() -> None:
    assert kind_of("INTERVAL") == "interval"


ROWS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.none() | st.dates(),
        st.none() | st.decimals(-9, 9, places=2),
        st.none() | st.floats(allow_infinity=False),
    ),
    max_size=6,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_a_table_equals_itself_in_any_order(rows: list[tuple[Any, ...]], order: Any) -> None:
    shuffled = rows[:]
    order.shuffle(shuffled)
    assert found(rows, shuffled).equal
    assert found(rows, shuffled, key=()).equal


@given(ROWS, ROWS)
def test_comparing_the_other_way_round_finds_as_much(
    rows: list[tuple[Any, ...]], others: list[tuple[Any, ...]]
) -> None:
    assert found(rows, others, key=()).equal == found(others, rows, key=()).equal
