"""Shapley values of channels: what each adds to the conversion rate, over all orders of joining."""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["shapley_effects"]

_WITH = " + "
_ALL = "*"
_MOST_EXACT = 20
_MOST_CHANNELS = 1000
_CONFIDENCE = 0.95
_EFFECTS = {
    "channel_group": "str",
    "shapley_value": "float64",
    "error_bound": "float64",
    "model_share": "Float64",
    "equal_split_share": "Float64",
}


def shapley_effects(
    coalitions: pd.DataFrame,
    *,
    prior_journey_count: float,
    permutation_count: int = 2000,
    seed: int = 1,
) -> pd.DataFrame:
    r"""Share the conversion rate of all journeys among the channels.

    A set ``S`` of channels is worth the conversion rate of the journeys that met no channel
    outside ``S``, converted or not, drawn to the rate ``p`` of all journeys by ``m`` journeys more:
    ``v(S) = (conversions + m p) / (journeys + m)``. So a set that nobody met is worth ``p``, like
    all journeys; no channel at all is worth 0. The Shapley value of a channel is what it adds to
    those before it, averaged over all orders of the channels: exactly for up to 20 channels,
    beyond over orders drawn at random and each its reverse. It can be negative. Values
    add up to ``v(all channels) = p``.

    Worth counted as conversions instead would give the equal split of each conversion over
    the channels of its journey, which stands beside it.

    Parameters
    ----------
    coalitions : pandas.DataFrame
        Columns `coalition` (str, distinct channels joined by `` + ``; `*` for journeys counted as
        having met all channels), `journey_count` (int, > 0) and `conversion_count` (int, from 0 to
        `journey_count`); one row per set of channels.
    prior_journey_count : float
        The ``m`` above, in journeys, at least 0.
    permutation_count : int
        Pairs of orders that are drawn beyond 20 channels, at least 2.
    seed : int
        Of the draws.

    Returns
    -------
    pandas.DataFrame
        One row per channel, sorted: `channel_group`, `shapley_value` (a rate), `error_bound` (0
        where exact; else with 95 % confidence no value is further off), `model_share` (the value
        over the sum of all; missing without a conversion) and `equal_split_share`.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or there are more than 1,000 channels.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. *Contributions to the Theory of Games* II.
    Castro, J., Gomez, D., Tejada, J. (2009). Polynomial calculation of the Shapley value based on
    sampling. *Computers & Operations Research* 36(5), 1726-1730.
    Maurer, A., Pontil, M. (2009). Empirical Bernstein bounds and sample variance penalization.
    *COLT*, theorem 4: the bound.
    """
    if prior_journey_count < 0 or permutation_count < 2:
        raise ValueError(
            f"prior_journey_count is {prior_journey_count} and permutation_count "
            f"{permutation_count}; they are at least 0 and 2"
        )
    met = [set(str(coalition).split(_WITH)) - {_ALL} for coalition in coalitions["coalition"]]
    channels = sorted(set().union(*met))
    if len(channels) > _MOST_CHANNELS:
        raise ValueError(f"{len(channels)} channels; group them to {_MOST_CHANNELS} at most")
    is_met = np.array(
        [[channel in one or not one for channel in channels] for one in met], dtype=np.bool_
    ).reshape(len(met), len(channels))
    journeys = coalitions["journey_count"].to_numpy(np.float64)
    orders = coalitions["conversion_count"].to_numpy(np.float64)
    game = _Game(is_met, journeys, orders, prior_journey_count)
    if len(channels) <= _MOST_EXACT:
        values, bounds = _exact(game), np.zeros(len(channels))
    else:
        values, bounds = _sampled(game, permutation_count, seed)
    split = (orders / np.maximum(is_met.sum(axis=1), 1)) @ is_met
    return pd.DataFrame(
        {
            "channel_group": channels,
            "shapley_value": values,
            "error_bound": bounds,
            "model_share": _shares(values),
            "equal_split_share": _shares(split),
        }
    ).astype(_EFFECTS)


def _shares(values: NDArray[np.float64]) -> pd.Series:
    whole = values.sum()
    return pd.Series(values / whole if whole > 0 else [None] * len(values), dtype="Float64")


class _Game:
    """What sets of channels are worth."""

    def __init__(
        self,
        is_met: NDArray[np.bool_],
        journeys: NDArray[np.float64],
        orders: NDArray[np.float64],
        prior: float,
    ) -> None:
        self.is_met, self.journeys, self.orders = is_met, journeys, orders
        self.prior = prior
        self.rate = float(orders.sum() / journeys.sum()) if len(journeys) else 0.0

    def worth(
        self, orders: NDArray[np.float64], journeys: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        all_journeys = journeys + self.prior
        # Without a prior a set that nobody met is still worth the rate of all.
        shrunk = (orders + self.prior * self.rate) / np.where(all_journeys > 0, all_journeys, 1)
        return np.where(all_journeys > 0, shrunk, self.rate)


def _exact(game: _Game) -> NDArray[np.float64]:
    count = game.is_met.shape[1]
    if not count:
        return np.zeros(0)
    masks = game.is_met @ (1 << np.arange(count))
    orders = np.bincount(masks, game.orders, 1 << count).astype(np.float64)
    journeys = np.bincount(masks, game.journeys, 1 << count).astype(np.float64)
    for channel in range(count):
        # From what met exactly a set to what met no channel outside it.
        for inside in (orders, journeys):
            halves = inside.reshape(-1, 2, 1 << channel)
            halves[:, 1] += halves[:, 0]
    worth = game.worth(orders, journeys)
    worth[0] = 0.0
    sizes = np.array([mask.bit_count() for mask in range(1 << count)])
    weights = np.array([1 / (count * math.comb(count - 1, size)) for size in range(count)] + [0.0])
    values = np.empty(count)
    for channel in range(count):
        with_it = worth.reshape(-1, 2, 1 << channel)
        before = weights[sizes].reshape(-1, 2, 1 << channel)[:, 0]
        values[channel] = np.sum(before * (with_it[:, 1] - with_it[:, 0]))
    return values


def _sampled(
    game: _Game, permutation_count: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    count = game.is_met.shape[1]
    chance = np.random.default_rng(seed)
    total, squares = np.zeros(count), np.zeros(count)
    for _ in range(permutation_count):
        order = chance.permutation(count)
        added = (_added(game, order) + _added(game, order[::-1])) / 2
        total += added
        squares += added**2
    values = total / permutation_count
    variances = np.maximum(squares - permutation_count * values**2, 0) / (permutation_count - 1)
    # A channel adds between -1 and 1 to a rate; two sides, and all channels at once.
    logarithm = math.log(4 * count / (1 - _CONFIDENCE))
    bounds = np.sqrt(2 * variances * logarithm / permutation_count)
    return values, bounds + 2 * 7 * logarithm / (3 * (permutation_count - 1))


def _added(game: _Game, order: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what each channel adds where they join in this order."""
    count = len(order)
    places = np.empty(count, dtype=np.int64)
    places[order] = np.arange(count)
    # A set of channels is complete when its last one has joined.
    complete = np.where(game.is_met, places, -1).max(axis=1)
    orders = np.cumsum(np.bincount(complete, game.orders, count), dtype=np.float64)
    journeys = np.cumsum(np.bincount(complete, game.journeys, count), dtype=np.float64)
    worth = game.worth(orders, journeys)
    return np.diff(worth, prepend=0.0)[places]
