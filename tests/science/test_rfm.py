"""RFM's cut points: by hand, then what always holds."""

import doctest
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onemart.science import rfm
from onemart.science.rfm import score_ranges

VALUES = st.lists(st.integers(0, 50), min_size=1, max_size=200)
SCORE_COUNTS = st.integers(2, 10)
# A machine that is busy fails no test.
patiently = settings(deadline=None, max_examples=50)


def histogram(
    values: list[float], measure: str = "monetary", as_of: str = "2017-03-31"
) -> pd.DataFrame:
    counted = pd.Series(values, dtype=float).value_counts().rename_axis("measure_value")
    counted = counted.reset_index(name="customer_count")
    return counted.assign(measure=measure, as_of_date=pd.Timestamp(as_of))


def told(ranges: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows of the one date, open ends as None."""
    assert len(set(ranges["as_of_date"])) == 1
    rows = ranges.drop(columns="as_of_date").astype(object).where(ranges.notna(), None)
    return list(rows.itertuples(index=False, name=None))


def score_of(value: float, ranges: pd.DataFrame) -> int:
    from_below = ranges["value_from"].isna() | (ranges["value_from"] <= value)
    before_end = ranges["value_before"].isna() | (ranges["value_before"] > value)
    [score] = ranges.loc[from_below & before_end, "score"]
    return int(score)


def test_ten_customers_in_fifths_by_hand() -> None:
    # Two customers to each fifth; 30, 31 and 40 to 42 are spread as widely as they like.
    ranges = score_ranges(histogram([1, 2, 5, 5, 9, 30, 31, 40, 41, 42]), score_count=5)
    assert told(ranges) == [
        ("monetary", 1, None, 5),
        ("monetary", 2, 5, 9),
        ("monetary", 3, 9, 31),
        ("monetary", 4, 31, 41),
        ("monetary", 5, 41, None),
    ]


def test_a_value_that_many_share_is_not_split_by_hand() -> None:
    # Six of ten ordered once: their middle, 3 of 10, lies in the second fifth. The middle of the
    # two who ordered twice is 7, in the fourth; that of the last two is 9, in the fifth.
    ranges = score_ranges(histogram([1] * 6 + [2, 2, 3, 3], "frequency"), score_count=5)
    assert told(ranges) == [
        ("frequency", 2, None, 2),
        ("frequency", 4, 2, 3),
        ("frequency", 5, 3, None),
    ]


def test_the_most_recent_customers_score_highest() -> None:
    ranges = score_ranges(histogram(list(range(100)), "recency"), score_count=5)
    assert told(ranges) == [
        ("recency", 1, 80, None),
        ("recency", 2, 60, 80),
        ("recency", 3, 40, 60),
        ("recency", 4, 20, 40),
        ("recency", 5, None, 20),
    ]


def test_measures_are_apart_and_sorted() -> None:
    both = pd.concat([histogram([7, 8], "recency"), histogram([1, 2], "frequency")])
    assert told(score_ranges(both, score_count=2)) == [
        ("frequency", 1, None, 2),
        ("frequency", 2, 2, None),
        ("recency", 1, 8, None),
        ("recency", 2, None, 8),
    ]


def test_each_date_has_ranges_of_its_own() -> None:
    both = pd.concat([histogram([7, 8], as_of="2017-03-31"), histogram([1], as_of="2017-02-28")])
    ranges = score_ranges(both, score_count=2)
    assert [str(day) for day in ranges["as_of_date"]] == [
        "2017-02-28", "2017-03-31", "2017-03-31",
    ]  # fmt: skip
    assert told(ranges[ranges["as_of_date"].astype(str) == "2017-02-28"]) == [
        ("monetary", 2, None, None)
    ]
    assert told(ranges[ranges["as_of_date"].astype(str) == "2017-03-31"]) == [
        ("monetary", 1, None, 8),
        ("monetary", 2, 8, None),
    ]


def test_who_brought_back_as_much_as_it_bought_scores_lowest_by_hand() -> None:
    # Below 0 stands as 0 in a histogram: two of five customers. Their middle, 1 of 5, lies in the
    # second fifth, and the range is open below.
    assert told(score_ranges(histogram([0, 0, 10, 20, 30]), score_count=5)) == [
        ("monetary", 2, None, 10),
        ("monetary", 3, 10, 20),
        ("monetary", 4, 20, 30),
        ("monetary", 5, 30, None),
    ]


def test_a_single_customer_has_a_score() -> None:
    assert told(score_ranges(histogram([12.5]), score_count=5)) == [("monetary", 3, None, None)]


def test_no_customers_give_no_rows_but_typed_columns() -> None:
    filled = score_ranges(histogram([1, 2]), score_count=5)
    empty = score_ranges(histogram([]).astype({"measure": "str"}), score_count=5)
    assert empty.empty
    assert empty.dtypes.to_dict() == filled.dtypes.to_dict()


def test_one_score_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        score_ranges(histogram([1.0]), score_count=1)


def test_the_example_in_the_docs_is_true() -> None:
    results = doctest.testmod(rfm)
    assert (results.failed, results.attempted > 0) == (0, True)


@patiently
@given(VALUES, SCORE_COUNTS)
def test_every_value_has_exactly_one_score(values: list[float], score_count: int) -> None:
    ranges = score_ranges(histogram(values), score_count=score_count)
    assert ranges["score"].is_unique
    for value in [-1.0, *values, 51.0]:
        assert 1 <= score_of(value, ranges) <= score_count


@patiently
@given(VALUES, SCORE_COUNTS)
def test_scores_are_the_middle_ranks_of_pandas(values: list[float], score_count: int) -> None:
    ranges = score_ranges(histogram(values), score_count=score_count)
    ranks = pd.Series(values).rank(method="average") - 0.5
    expected = (score_count * ranks // len(values)).astype(int) + 1
    assert [score_of(value, ranges) for value in values] == expected.tolist()


@patiently
@given(VALUES, SCORE_COUNTS)
def test_a_range_is_wrong_by_less_than_the_customers_of_its_end_values(
    values: list[float], score_count: int
) -> None:
    counts = pd.Series(values).value_counts()
    ranges = score_ranges(histogram(values), score_count=score_count)
    in_range = pd.Series([score_of(value, ranges) for value in values]).value_counts()
    share = len(values) / score_count
    assert (in_range <= share + counts.max()).all()


@patiently
@given(VALUES, SCORE_COUNTS)
def test_recency_mirrors_what_is_better_when_higher(values: list[float], score_count: int) -> None:
    lower = score_ranges(histogram(values, "recency"), score_count=score_count)
    higher = score_ranges(histogram(values), score_count=score_count)
    for value in values:
        assert score_of(value, lower) + score_of(value, higher) == score_count + 1


@patiently
@given(VALUES, SCORE_COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_makes_no_difference(
    values: list[float], score_count: int, chance: Any
) -> None:
    counts = histogram(values)
    places = list(range(len(counts)))
    chance.shuffle(places)
    shuffled = score_ranges(counts.iloc[places], score_count=score_count)
    pd.testing.assert_frame_equal(shuffled, score_ranges(counts, score_count=score_count))
