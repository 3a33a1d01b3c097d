"""Bins of the logistic regression: by hand, then what always holds."""

import doctest

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from onemart.science.churn import bins
from onemart.science.churn.bins import bin_starts

VALUES = st.lists(st.integers(-20, 20), min_size=1, max_size=100)
# A machine that is busy fails no test.
patiently = settings(deadline=None, max_examples=50)


def starts(values: list[int | None], count: int, weights: list[float] | None = None) -> list[int]:
    told = pd.Series(values, dtype="Int64")
    weighed = pd.Series(weights or [1.0] * len(values))
    return bin_starts(told, weighed, bin_count=count).tolist()


def test_two_halves_by_hand() -> None:
    assert starts([1, 2, 3, 10, 11, 12], 2) == [7]


def test_weights_move_the_middle_by_hand() -> None:
    # A customer of weight 9 at 1: the middle of the others lies beyond the half.
    assert starts([1, 2, 3], 2, [9.0, 1.0, 1.0]) == [2]


def test_a_value_between_two_falls_with_its_nearest() -> None:
    assert starts([0, 10], 2) == [5]
    assert starts([0, 11], 2) == [6]


def test_missing_values_do_not_count() -> None:
    assert starts([None, 4, None, 6], 2) == [5]
    assert starts([None, None], 2) == []


def test_one_value_has_one_bin() -> None:
    assert starts([3, 3, 3], 8) == []


def test_the_example_in_the_docs_is_true() -> None:
    results = doctest.testmod(bins)
    assert (results.failed, results.attempted > 0) == (0, True)


@patiently
@given(VALUES, st.integers(1, 10))
def test_bins_are_ascending_and_no_more_than_asked_for(values: list[int], count: int) -> None:
    found = starts(list(values), count)
    assert found == sorted(set(found))
    assert len(found) < count
    assert all(min(values) < start <= max(values) for start in found)


@patiently
@given(VALUES, st.integers(1, 10))
def test_a_weight_of_two_is_a_value_twice(values: list[int], count: int) -> None:
    assert starts(list(values), count, [2.0] * len(values)) == starts([*values, *values], count)
