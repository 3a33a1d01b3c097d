"""Markov attribution: by hand, what always holds, and beside the peer on its own paths."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onemart.science.attribution.chain import CONVERSION, LOST, count_steps, make_chain
from onemart.science.attribution.markov import markov_effects
from onemart.science.attribution.removal import removal_effects

PATHS = Path(__file__).parents[3] / "shared/data/channelattribution/PathData.parquet"
# Made with ChannelAttribution 2.2.5 from PathData: heuristic_models, and markov_model with
# var_value, var_null, order 1 and 2, conv_par=0.01, seed=1, out_more=True. Of the Markov models it
# holds removal effects, of the heuristics credited conversions and value.
PEER = Path(__file__).with_name("channelattribution.csv")
needs_paths = pytest.mark.needs("PathData of ChannelAttribution in ../shared/data")
patiently = settings(deadline=None, max_examples=40)

JOURNEYS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=6),
        st.integers(0, 3),
        st.integers(0, 3),
    ).filter(lambda journey: journey[1] + journey[2] > 0),
    min_size=1,
    max_size=30,
)


def paths(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    columns = ["path", "conversion_count", "lost_count", "conversion_value"]
    return pd.DataFrame(rows, columns=columns)


def effects(
    told: pd.DataFrame, order: int = 1, reward: str = "step_count", **options: Any
) -> dict[str, Any]:
    found = removal_effects(make_chain(count_steps(told, order=order), reward=reward), **options)
    rows = found.astype(object).where(found.notna(), None)
    return {row.channel: (row.removal_effect, row.share) for row in rows.itertuples()}


def drawn(journeys: list[tuple[list[str], int, int]]) -> pd.DataFrame:
    return paths(
        *((" > ".join(path), orders, lost, 2.5 * orders) for path, orders, lost in journeys)
    )


def test_three_paths_by_hand() -> None:
    # From the start a (2 of 3) or b (1 of 3). After a: b in 1 of 2, an order in 1 of 2; after b:
    # an order in 1 of 2. An order comes with 2/3 * (1/2 + 1/2 * 1/2) + 1/3 * 1/2 = 2/3. Without a
    # 1/3 * 1/2 = 1/6 is left, without b 2/3 * 1/2 = 1/3.
    told = paths(("a > b", 1, 0, 0), ("a", 1, 0, 0), ("b", 0, 1, 0))
    found = effects(told)
    assert found["a"] == pytest.approx((3 / 4, 3 / 5))
    assert found["b"] == pytest.approx((1 / 2, 2 / 5))


def test_a_longer_context_tells_what_a_touch_does_after_another_by_hand() -> None:
    # b after a orders always, b alone never; order 1 takes them for one and says 1 of 2.
    told = paths(("a > b", 1, 0, 0), ("b", 0, 1, 0))
    assert effects(told, order=1)["a"] == pytest.approx((1 / 2, 1 / 3))
    assert effects(told, order=2) == {"a": (1, 1 / 2), "b": (1, 1 / 2)}


def test_a_loop_is_left_at_last_by_hand() -> None:
    # a > b > a > b ...: from b on to a in 1 of 2, to an order else. All orders meet both.
    told = paths(("a > b > a > b", 1, 0, 0), ("c", 1, 1, 0))
    found = effects(told)
    # Of three journeys one starts in a, and orders; of the two in c one orders.
    assert found == {
        "a": pytest.approx((1 / 2, 1 / 3)),
        "b": pytest.approx((1 / 2, 1 / 3)),
        "c": pytest.approx((1 / 2, 1 / 3)),
    }


def test_a_repeated_touch_is_a_step_from_a_channel_to_itself_by_hand() -> None:
    # After a: a in 2 of 4, an order in 1 of 4, none in 1 of 4.
    chain = make_chain(count_steps(paths(("a > a > a", 1, 0, 0), ("a", 0, 1, 0)), order=1))
    assert chain.transitions.toarray().tolist() == [[0, 1], [0, 0.5]]
    assert chain.rewards.tolist() == [0, 0.25]


def test_one_channel_only_has_all() -> None:
    assert effects(paths(("a", 3, 7, 0), ("a > a", 1, 0, 0))) == {"a": (1, 1)}


def test_a_channel_without_conversion_has_no_effect() -> None:
    found = effects(paths(("a", 1, 0, 0), ("b", 0, 5, 0), ("a > b", 0, 1, 0)))
    assert found["b"] == (0, 0)
    assert found["a"] == (1, 1)


def test_without_conversions_effects_are_missing() -> None:
    assert effects(paths(("a", 0, 5, 0))) == {"a": (None, None)}


def test_a_path_that_lost_money_lowers_its_channels() -> None:
    # a brings 10 and with b -2: 4 a journey on average. Without b, 5 are left: more than with it.
    told = paths(("a", 1, 0, 10), ("b", 1, 0, -2))
    found = effects(told, reward="conversion_value")
    assert found["a"] == pytest.approx((5 / 4, 5 / 4))
    assert found["b"] == pytest.approx((-1 / 4, -1 / 4))


def test_where_journeys_cost_more_than_they_bring_effects_are_missing() -> None:
    told = paths(("a", 1, 0, 1), ("b", 1, 0, -2))
    assert effects(told, reward="conversion_value") == {"a": (None, None), "b": (None, None)}


@pytest.mark.parametrize(
    "steps, said",
    [
        ([("a", CONVERSION)], "no journey starts"),
        ([("", "a"), ("a", "b"), ("a", LOST)], "no step leads on from a touch of b"),
        ([("", "a"), ("a", "b"), ("b", "a")], "no journey ends after the touches"),
    ],
)
def test_steps_that_are_no_whole_journeys_are_refused(
    steps: list[tuple[str, str]], said: str
) -> None:
    counted = pd.DataFrame(steps, columns=["context", "next_step"]).assign(step_count=1)
    with pytest.raises(ValueError, match=said):
        make_chain(counted)


def test_a_context_that_was_shortened_leads_on_from_its_longest_end() -> None:
    # a > b is too rare to be counted; after a comes b, whatever was before.
    steps = pd.DataFrame(
        [("", "a"), ("a", "b"), ("b", "c"), ("b > c", CONVERSION), ("c", LOST)],
        columns=["context", "next_step"],
    ).assign(step_count=1)
    chain = make_chain(steps)
    assert chain.channels == ("a", "b", "c")
    [after_b] = chain.transitions.toarray()[2].nonzero()[0]
    assert sorted(["", "a", "b", "b > c", "c"])[after_b] == "b > c"


def test_an_endless_journey_is_told() -> None:
    counted = pd.DataFrame(
        [("", "a", 1.0), ("a", "a", 1e15), ("a", CONVERSION, 1.0)],
        columns=["context", "next_step", "step_count"],
    )
    chain = make_chain(counted)
    with pytest.raises(ValueError, match="almost endless"):
        removal_effects(chain, largest_direct=0)


def split(train: pd.DataFrame, holdout: pd.DataFrame, orders: tuple[int, ...]) -> pd.DataFrame:
    """Count steps of two halves for several orders, as the warehouse does."""
    counted = []
    for order in orders:
        halves = [
            count_steps(half, order=order).rename(columns={"step_count": f"{name}_step_count"})
            for name, half in (("train", train), ("holdout", holdout))
        ]
        both = halves[0].merge(halves[1], how="outer", on=["context", "next_step"])
        counted.append(both.assign(markov_order=order))
    together = pd.concat(counted, ignore_index=True)
    columns = ["train_step_count", "holdout_step_count"]
    return together.assign(**{column: together[column].fillna(0) for column in columns})


def test_the_holdout_likelihood_by_hand() -> None:
    # Trained on a > order three times and a > none once; held out one order. Its steps: the first
    # touch a, (4 + 1/2) of (4 + 3/2), and the order after a, (3 + 1/2) of (4 + 3/2).
    steps = split(paths(("a", 3, 1, 0)), paths(("a", 1, 0, 0)), (1,))
    found = markov_effects(steps)
    expected = (np.log(4.5 / 5.5) + np.log(3.5 / 5.5)) / 2
    assert found["holdout_log_likelihood"].tolist() == pytest.approx([expected])


def test_what_needs_two_touches_to_be_foretold_is_found() -> None:
    whole = paths(("a > b", 90, 10, 0), ("b > b", 10, 90, 0), ("c > b", 50, 50, 0))
    found = markov_effects(split(whole, whole, (1, 2, 3)))
    assert found.groupby("markov_order")["is_chosen"].first().to_dict() == {
        1: False,
        2: True,
        3: False,
    }


def test_without_a_holdout_the_lowest_order_is_taken() -> None:
    whole = paths(("a > b", 1, 1, 0))
    found = markov_effects(split(whole, whole.iloc[:0], (2, 3)))
    assert found["holdout_log_likelihood"].isna().all()
    assert found.loc[found["is_chosen"], "markov_order"].unique().tolist() == [2]


def test_no_journeys_give_no_rows_but_typed_columns() -> None:
    steps = split(paths(("a", 1, 1, 0)), paths(("a", 1, 1, 0)), (1,))
    empty = markov_effects(steps.iloc[:0])
    assert empty.empty
    assert empty.dtypes.to_dict() == markov_effects(steps).dtypes.to_dict()


def test_an_order_without_touches_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        count_steps(paths(("a", 1, 0, 0)), order=0)


@patiently
@given(JOURNEYS, st.integers(1, 4))
def test_the_chain_brings_what_its_paths_brought(journeys: Any, order: int) -> None:
    # Solved without removing anything, a chain of any order has the conversion rate of its paths.
    told = drawn(journeys)
    chain = make_chain(count_steps(told, order=order))
    states = len(chain.rewards)
    brought = np.linalg.solve(np.eye(states) - chain.transitions.toarray(), chain.rewards)
    rate = told["conversion_count"].sum() / (told["conversion_count"] + told["lost_count"]).sum()
    assert brought[chain.start] == pytest.approx(rate)


@patiently
@given(JOURNEYS, st.integers(1, 4))
def test_shares_add_up_and_both_solvers_agree(journeys: Any, order: int) -> None:
    told = drawn(journeys)
    found, swept = effects(told, order), effects(told, order, largest_direct=0)
    if not told["conversion_count"].sum():
        assert {effect for effect, _ in found.values()} == {None}
        return
    assert sum(share for _, share in found.values()) == pytest.approx(1)
    for channel, (effect, share) in found.items():
        assert -1e-9 <= effect <= 1 + 1e-9
        assert swept[channel] == pytest.approx((effect, share), abs=1e-9)


@patiently
@given(JOURNEYS)
def test_a_whole_path_of_context_removes_exactly_the_paths_that_met_the_channel(
    journeys: Any,
) -> None:
    # No path is longer than six touches: with contexts that long the chain forgets nothing.
    told = drawn(journeys)
    orders = told["conversion_count"].sum()
    if orders:
        for channel, (effect, _) in effects(told, 6).items():
            met = told["path"].str.split(" > ").map(lambda path, it=channel: it in path)
            assert effect == pytest.approx(told.loc[met, "conversion_count"].sum() / orders)


@needs_paths
@pytest.mark.parametrize("order", [1, 2])
def test_the_peer_simulates_what_is_solved_here(order: int) -> None:
    if not PATHS.is_file():
        pytest.skip("There is no ../shared/data.")
    told = pd.read_parquet(PATHS).rename(
        columns={
            "total_conversions": "conversion_count",
            "total_null": "lost_count",
            "total_conversion_value": "conversion_value",
        }
    )
    peer = pd.read_csv(PEER)
    peer = peer[peer["method"] == f"markov_{order}"].set_index("channel")
    # The peer stops at an error of 1 %; the rest is for channels that few of its paths meet.
    for reward, column in (("step_count", "conversions"), ("conversion_value", "value")):
        found = effects(told, order, reward)
        assert set(found) == set(peer.index)
        for channel, (effect, _) in found.items():
            simulated = peer.loc[channel, column]
            assert abs(simulated - effect) <= 0.01 * effect + 0.0025, (reward, channel)
