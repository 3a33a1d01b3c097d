"""The Markov chain of the ways to an order, from counted steps."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

__all__ = ["BETWEEN", "CONVERSION", "LOST", "Chain", "count_steps", "make_chain"]

BETWEEN = " > "
CONVERSION = "(conversion)"
LOST = "(null)"
_START = ""


@dataclass(frozen=True)
class Chain:
    """A chain whose states are the last touches of a journey.

    Attributes
    ----------
    channels : tuple of str
        The channels, sorted.
    last_channel : ndarray of int, shape (states,)
        The channel that a state ends with, as its place in `channels`; -1 for the start.
    transitions : scipy.sparse.csr_array, shape (states, states)
        Probability of each state after each. What lacks to 1 in a row ends the journey.
    rewards : ndarray of float, shape (states,)
        What the next step brings on average: the probability of a conversion, or its value.
    start : int
        The state before the first touch.
    """

    channels: tuple[str, ...]
    last_channel: NDArray[np.int64]
    transitions: Any
    rewards: NDArray[np.float64]
    start: int


def make_chain(steps: pd.DataFrame, *, reward: str = "step_count") -> Chain:
    """Make the chain in which each step is as likely as it is often among those of its context.

    After the touches ``context`` and one of channel ``c``, the chain is in the longest end of
    ``context > c`` that has steps of its own. So contexts may be of different lengths: those that
    are too rare to be counted were shortened before.

    Parameters
    ----------
    steps : pandas.DataFrame
        Columns `context` (str, channels joined by `BETWEEN`, empty before the first touch),
        `next_step` (str, a channel, `CONVERSION` or `LOST`), `step_count` (> 0) and `reward`;
        one row per context and next step, of all journeys from start to end.
    reward : str
        The column that tells, for steps to a conversion, what they bring together:
        their number, or their value (any sign).

    Raises
    ------
    ValueError
        If no journey starts, a touch has no next step, or a journey can go on for ever.
    """
    contexts = tuple(sorted(steps["context"].unique()))
    places = {context: place for place, context in enumerate(contexts)}
    if _START not in places:
        raise ValueError("no step has an empty context: no journey starts")
    ends = np.array([context.rpartition(BETWEEN)[2] for context in contexts])
    channels = tuple(sorted(set(ends) - {_START}))
    numbers = {channel: number for number, channel in enumerate(channels)}
    at = steps["context"].map(places).to_numpy(np.int64)
    counts = steps["step_count"].to_numpy(np.float64)
    totals = np.bincount(at, counts, len(contexts))
    is_order = (steps["next_step"] == CONVERSION).to_numpy()
    rewards = np.bincount(at[is_order], steps[reward].to_numpy(np.float64)[is_order], len(contexts))
    is_touch = ~is_order & (steps["next_step"] != LOST).to_numpy()
    touches = steps[is_touch]
    to = [
        _state_after(context, channel, places)
        for context, channel in zip(touches["context"], touches["next_step"], strict=True)
    ]
    shape = (len(contexts), len(contexts))
    transitions = sparse.csr_array(
        (counts[is_touch] / totals[at[is_touch]], (at[is_touch], to)), shape=shape
    )
    _check_that_journeys_end(transitions, np.unique(at[~is_touch]), contexts)
    last_channel = np.array([numbers.get(end, -1) for end in ends], dtype=np.int64)
    return Chain(channels, last_channel, transitions, rewards / totals, places[_START])


def _state_after(context: str, channel: str, places: dict[str, int]) -> int:
    after = f"{context}{BETWEEN}{channel}" if context else channel
    while after not in places:
        _, cut, after = after.partition(BETWEEN)
        if not cut:
            raise ValueError(
                f"no step leads on from a touch of {channel}; a journey ends in a step"
            )
    return places[after]


def _check_that_journeys_end(
    transitions: Any, ending: NDArray[np.int64], contexts: tuple[str, ...]
) -> None:
    # One node more is the end; along the arrows backwards all that ends is seen from it.
    end = len(contexts)
    leads = sparse.coo_array(transitions)
    rows = np.concatenate([leads.row, ending])
    columns = np.concatenate([leads.col, np.full(len(ending), end)])
    backwards = sparse.csr_array((np.ones(len(rows)), (columns, rows)), shape=(end + 1, end + 1))
    seen = csgraph.breadth_first_order(backwards, end, return_predecessors=False)
    if len(seen) <= end:
        [endless, *_] = sorted(set(range(end)) - set(seen.tolist()))
        raise ValueError(f"no journey ends after the touches {contexts[endless]}")


def count_steps(paths: pd.DataFrame, *, order: int) -> pd.DataFrame:
    """Count the steps of whole paths, as the warehouse counts those of journeys.

    Parameters
    ----------
    paths : pandas.DataFrame
        Columns `path` (channels joined by `BETWEEN`), `conversion_count`, `lost_count` and
        `conversion_value`: how many journeys took the path to an order, to none, and what the
        orders were worth together.
    order : int
        How many touches a context has at most, at least 1.

    Returns
    -------
    pandas.DataFrame
        Columns `context`, `next_step`, `step_count` and `conversion_value`, sorted.

    Raises
    ------
    ValueError
        If `order` is below 1.
    """
    if order < 1:
        raise ValueError(f"order is {order}; a context has at least 1 touch")
    counted: dict[tuple[str, str], list[float]] = {}

    def count(context: str, next_step: str, times: float, value: float = 0.0) -> None:
        if times:
            so_far = counted.setdefault((context, next_step), [0.0, 0.0])
            so_far[0] += times
            so_far[1] += value

    columns = ["path", "conversion_count", "lost_count", "conversion_value"]
    for path, orders, lost, value in paths[columns].itertuples(index=False, name=None):
        touches = str(path).split(BETWEEN)
        for place, channel in enumerate(touches):
            context = BETWEEN.join(touches[max(0, place - order) : place])
            count(context, channel, orders + lost)
        context = BETWEEN.join(touches[-order:])
        count(context, CONVERSION, orders, value)
        count(context, LOST, lost)
    rows = [(*step, *sums) for step, sums in sorted(counted.items())]
    return pd.DataFrame(rows, columns=["context", "next_step", "step_count", "conversion_value"])
