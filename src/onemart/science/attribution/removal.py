"""Removal effects of a Markov chain, solved and not simulated."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg

from onemart.science.attribution.chain import Chain

__all__ = ["removal_effects"]

_RESIDUAL = 1e-12
_LARGEST_DIRECT = 1000
_MOST_SWEEPS = 200_000


def removal_effects(chain: Chain, *, largest_direct: int = _LARGEST_DIRECT) -> pd.DataFrame:
    r"""Return what share of the conversions is lost where each channel leads nowhere.

    With ``Q`` the transitions and ``r`` the rewards, a journey brings ``x = r + Q x`` from each
    state, so ``x = (I - Q)^-1 r`` and a whole journey ``x[start]``. Without channel ``c`` the
    states that end with ``c`` bring nothing; call that ``x_c``. The removal effect of ``c`` is
    ``1 - x_c[start] / x[start]``, its share that over the sum of all effects. Up to
    `largest_direct` states the equations are solved by factors, beyond by repeating
    ``x <- r + Q x`` for all channels at once until no equation is wrong by more than 1e-12 of the
    largest reward.

    Parameters
    ----------
    chain : Chain
        As `make_chain` makes it.
    largest_direct : int
        The most states that are solved by factors.

    Returns
    -------
    pandas.DataFrame
        Columns `channel`, `removal_effect` (0..1 where no reward is negative) and `share`
        (adds up to 1), sorted by channel. Where journeys bring nothing, or less, no share of it is
        lost: effects and shares are missing. Where no channel has an effect, shares are missing.

    Raises
    ------
    ValueError
        If the equations do not come out to 1e-12.

    References
    ----------
    Anderl, E., Becker, I., von Wangenheim, F., Schumann, J. H. (2016). Mapping the customer
    journey. *International Journal of Research in Marketing* 33(3), 457-474, section 3.
    """
    scale = max(float(np.abs(chain.rewards).max(initial=0.0)), np.finfo(float).tiny)
    # One column a channel, in which its states count for nothing, and at last one without loss.
    numbers = np.arange(len(chain.channels) + 1)
    counts = chain.last_channel[:, None] != numbers[None, :]
    rewards = np.where(counts, chain.rewards[:, None] / scale, 0.0)
    solve = _by_factors if len(chain.rewards) <= largest_direct else _by_sweeps
    brought = solve(chain.transitions, rewards, counts)[chain.start]
    whole = brought[-1]
    lost = 1 - brought[:-1] / whole if whole > _RESIDUAL else np.full(len(chain.channels), np.nan)
    # What rounding leaves of a channel that nothing hangs on.
    lost = np.where(np.abs(lost) < _RESIDUAL, 0.0, lost)
    total = lost.sum()
    shares = lost / total if total > 0 else np.full(len(lost), np.nan)
    return pd.DataFrame(
        {
            "channel": pd.array(list(chain.channels), dtype="str"),
            "removal_effect": pd.array(lost, dtype="Float64"),
            "share": pd.array(shares, dtype="Float64"),
        }
    )


def _by_factors(
    transitions: Any, rewards: NDArray[np.float64], counts: NDArray[np.bool_]
) -> NDArray[np.float64]:
    brought = np.zeros_like(rewards)
    for number in range(rewards.shape[1]):
        kept = np.flatnonzero(counts[:, number])
        equations = sparse.eye_array(len(kept), format="csc") - sparse.csc_array(
            transitions[kept][:, kept]
        )
        brought[kept, number] = linalg.splu(equations).solve(rewards[kept, number])
    wrong = _residual(transitions, rewards, counts, brought)
    if wrong > _RESIDUAL:
        raise ValueError(f"the removal effects are wrong by {wrong:.0e}, more than {_RESIDUAL:.0e}")
    return brought


def _by_sweeps(
    transitions: Any, rewards: NDArray[np.float64], counts: NDArray[np.bool_]
) -> NDArray[np.float64]:
    brought = rewards
    for _ in range(_MOST_SWEEPS):
        following = np.where(counts, rewards + transitions @ brought, 0.0)
        wrong = float(np.abs(following - brought).max(initial=0.0))
        brought = following
        if wrong <= _RESIDUAL:
            return brought
    raise ValueError(
        f"after {_MOST_SWEEPS:,} sweeps the removal effects are still wrong by {wrong:.0e}: "
        "journeys are almost endless; give them fewer states, to be solved by factors"
    )


def _residual(
    transitions: Any,
    rewards: NDArray[np.float64],
    counts: NDArray[np.bool_],
    brought: NDArray[np.float64],
) -> float:
    following = np.where(counts, rewards + transitions @ brought, 0.0)
    return float(np.abs(following - brought).max(initial=0.0))
