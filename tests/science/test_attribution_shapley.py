"""Shapley values of channels: by hand, then what always holds."""

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onemart.science.attribution import shapley
from onemart.science.attribution.shapley import shapley_effects

patiently = settings(deadline=None, max_examples=40)
COUNTS = st.dictionaries(
    st.frozensets(st.sampled_from("abcde"), min_size=1),
    st.tuples(st.integers(0, 20), st.integers(0, 20)).filter(any),
    min_size=1,
    max_size=12,
)


def coalitions(counts: dict[Any, tuple[int, int]]) -> pd.DataFrame:
    """Make rows of (orders, journeys without) by set of channels."""
    return pd.DataFrame(
        [
            (" + ".join(sorted(met)), orders + lost, orders)
            for met, (orders, lost) in counts.items()
        ],
        columns=["coalition", "journey_count", "conversion_count"],
    )


def values(counts: dict[Any, tuple[int, int]], prior: float = 0) -> dict[str, float]:
    found = shapley_effects(coalitions(counts), prior_journey_count=prior)
    return dict(zip(found["channel_group"], found["shapley_value"], strict=True))


def by_definition(counts: dict[Any, tuple[int, int]], prior: float) -> dict[str, float]:
    """Average what a channel adds over every order of the channels."""
    channels = sorted(set().union(*counts))
    all_orders = sum(orders for orders, _ in counts.values())
    rate = all_orders / sum(orders + lost for orders, lost in counts.values())

    def worth(inside: frozenset[str]) -> float:
        if not inside:
            return 0.0
        orders = sum(told[0] for met, told in counts.items() if met <= inside)
        journeys = sum(sum(told) for met, told in counts.items() if met <= inside)
        return (orders + prior * rate) / (journeys + prior) if journeys + prior else rate

    total = dict.fromkeys(channels, 0.0)
    for order in itertools.permutations(channels):
        for place, channel in enumerate(order):
            before = frozenset(order[:place])
            total[channel] += worth(before | {channel}) - worth(before)
    return {channel: sum_ / math.factorial(len(channels)) for channel, sum_ in total.items()}


def test_two_channels_by_hand() -> None:
    # v(a) = 1 of 4, v(b) = 0 of 4, v(a, b) = 1 + 3 of 12. First a adds 1/4, after b 1/3; first b
    # adds 0, after a 1/12.
    found = values({frozenset("a"): (1, 3), frozenset("b"): (0, 4), frozenset("ab"): (3, 1)})
    assert found == pytest.approx({"a": 7 / 24, "b": 1 / 24})


def test_a_prior_draws_a_set_to_the_rate_of_all_by_hand() -> None:
    # The rate of all is 4 of 12. With 4 journeys more: v(a) = (1 + 4/3) of 8, v(b) = 4/3 of 8.
    counts = {frozenset("a"): (1, 3), frozenset("b"): (0, 4), frozenset("ab"): (3, 1)}
    a, b, both = 7 / 24, 1 / 6, 1 / 3
    expected = {"a": (a + both - b) / 2, "b": (b + both - a) / 2}
    assert values(counts, prior=4) == pytest.approx(expected)


def test_a_set_that_nobody_met_is_worth_the_rate_of_all_by_hand() -> None:
    # Only a and b together: neither alone was met, so each is worth 1/2 and adds nothing to it.
    assert values({frozenset("ab"): (1, 1)}) == pytest.approx({"a": 1 / 4, "b": 1 / 4})


def test_a_channel_can_do_harm() -> None:
    found = values({frozenset("a"): (9, 1), frozenset("ab"): (1, 9)}, prior=1)
    assert found["b"] < found["a"]
    counts = {frozenset("a"): (9, 1), frozenset("b"): (0, 80), frozenset("ab"): (1, 9)}
    assert values(counts)["b"] < 0


def test_one_channel_has_the_whole_rate() -> None:
    assert values({frozenset("a"): (1, 3)}, prior=50) == pytest.approx({"a": 1 / 4})


def test_journeys_of_rare_sets_count_as_of_all_channels() -> None:
    told = coalitions({frozenset("a"): (1, 1), frozenset("b"): (1, 3)})
    told.loc[len(told)] = ["*", 4, 3]
    found = shapley_effects(told, prior_journey_count=0)
    assert found["shapley_value"].sum() == pytest.approx(5 / 10)
    # a and b have an order each and half of the three.
    assert found["equal_split_share"].tolist() == pytest.approx([1 / 2, 1 / 2])


def test_the_equal_split_stands_beside_it_by_hand() -> None:
    told = coalitions({frozenset("a"): (1, 3), frozenset("ab"): (2, 1)})
    found = shapley_effects(told, prior_journey_count=0)
    assert found["equal_split_share"].tolist() == pytest.approx([2 / 3, 1 / 3])


def test_worth_counted_in_conversions_would_be_the_equal_split() -> None:
    counts = {frozenset("a"): (4, 1), frozenset("ab"): (6, 0), frozenset("bc"): (3, 2)}
    total = dict.fromkeys("abc", 0)
    for order in itertools.permutations("abc"):
        for place, channel in enumerate(order):
            before, after = set(order[:place]), set(order[: place + 1])
            total[channel] += sum(told[0] for met, told in counts.items() if met <= after)
            total[channel] -= sum(told[0] for met, told in counts.items() if met <= before)
    found = shapley_effects(coalitions(counts), prior_journey_count=0)
    expected = [total[channel] / 6 / 13 for channel in "abc"]
    assert found["equal_split_share"].tolist() == pytest.approx(expected)


def test_without_conversions_there_is_no_share() -> None:
    found = shapley_effects(coalitions({frozenset("a"): (0, 3)}), prior_journey_count=5)
    assert found["shapley_value"].tolist() == [0]
    assert found["model_share"].isna().all()
    assert found["equal_split_share"].isna().all()


def test_no_journeys_give_no_rows_but_typed_columns() -> None:
    told = coalitions({frozenset("a"): (1, 3)})
    empty = shapley_effects(told.iloc[:0], prior_journey_count=5)
    filled = shapley_effects(told, prior_journey_count=5)
    assert empty.empty
    assert empty.dtypes.to_dict() == filled.dtypes.to_dict()


def many_channels(count: int, seed: int = 5) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    names = np.array([f"c{number:02}" for number in range(count)])
    counts: dict[Any, tuple[int, int]] = {}
    for _ in range(300):
        met = frozenset(names[chance.random(count) < 0.15]) or frozenset(names[:1])
        journeys = int(chance.integers(5, 50))
        orders = int(chance.binomial(journeys, min(0.9, 0.04 * len(met))))
        counts[met] = (orders, journeys - orders)
    return coalitions(counts)


def test_beyond_twenty_channels_the_bound_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    told = many_channels(14)
    exact = shapley_effects(told, prior_journey_count=20)
    monkeypatch.setattr(shapley, "_MOST_EXACT", 0)
    drawn = shapley_effects(told, prior_journey_count=20, permutation_count=3000)
    off = (drawn["shapley_value"] - exact["shapley_value"]).abs()
    assert (exact["error_bound"] == 0).all()
    assert (off <= drawn["error_bound"]).all()
    assert drawn["error_bound"].max() < 0.05
    assert off.max() < 0.005
    assert drawn["shapley_value"].sum() == pytest.approx(exact["shapley_value"].sum())


def test_draws_come_again_and_more_of_them_are_closer() -> None:
    told = many_channels(24)
    once = shapley_effects(told, prior_journey_count=20, permutation_count=50)
    again = shapley_effects(told, prior_journey_count=20, permutation_count=50)
    more = shapley_effects(told, prior_journey_count=20, permutation_count=500)
    pd.testing.assert_frame_equal(once, again)
    assert (more["error_bound"] < once["error_bound"]).all()


@pytest.mark.parametrize("wrong", [{"prior_journey_count": -1}, {"permutation_count": 1}])
def test_parameters_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="at least 0 and 2"):
        shapley_effects(coalitions({}), **{"prior_journey_count": 1, **wrong})


@patiently
@given(COUNTS, st.sampled_from([0, 3.5, 100]))
def test_it_is_the_average_over_all_orders_and_adds_up(counts: Any, prior: float) -> None:
    found = values(counts, prior)
    assert found == pytest.approx(by_definition(counts, prior))
    orders = sum(told[0] for told in counts.values())
    journeys = sum(sum(told) for told in counts.values())
    assert sum(found.values()) == pytest.approx(orders / journeys)


@patiently
@given(COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_makes_no_difference(counts: Any, chance: Any) -> None:
    shuffled = list(counts.items())
    chance.shuffle(shuffled)
    assert values(dict(shuffled), 3.5) == pytest.approx(values(counts, 3.5))
