"""Markov attribution: the order of the chain by what it foretells, its channels by removal."""

import numpy as np
import pandas as pd

from onemart.science.attribution.chain import make_chain
from onemart.science.attribution.removal import removal_effects

__all__ = ["markov_effects"]

_SMOOTHING = 0.5
_EFFECTS = {
    "markov_order": "int64",
    "is_chosen": "bool",
    "state_count": "int64",
    "holdout_log_likelihood": "Float64",
    "channel_group": "str",
    "removal_effect": "Float64",
    "model_share": "Float64",
}


def markov_effects(steps: pd.DataFrame) -> pd.DataFrame:
    """Fit a chain of each order that was counted, and choose the one that foretells best.

    The journeys that are held out choose: from the others a step has the probability
    ``(n + 1/2) / (N + m / 2)``, where ``n`` of the ``N`` steps of its context are like it and ``m``
    kinds of steps are known. The order with the highest mean log probability of the steps held
    out is chosen, of equals the lowest; without any held out the lowest. The effects are then
    those of all journeys.

    Parameters
    ----------
    steps : pandas.DataFrame
        Columns `markov_order` (int), `context` (str), `next_step` (str), as `make_chain` reads
        them, `train_step_count` and `holdout_step_count` (int, together > 0); one row per order,
        context and next step.

    Returns
    -------
    pandas.DataFrame
        One row per order and channel, sorted: `markov_order`, `is_chosen`, `state_count`,
        `holdout_log_likelihood` (nats a step; missing without steps held out), `channel_group`,
        `removal_effect` and `model_share` as `removal_effects` returns them. No steps, no rows.

    Raises
    ------
    ValueError
        If the steps are not those of whole journeys.

    References
    ----------
    Strelioff, C. C., Crutchfield, J. P., Huebler, A. W. (2007). Inferring Markov chains.
    *Physical Review E* 76, 011106, section IV, on choosing the order.
    """
    fits = []
    for order, counted in steps.groupby("markov_order"):
        both = counted.assign(
            step_count=counted["train_step_count"] + counted["holdout_step_count"]
        )
        effects = removal_effects(make_chain(both))
        fits.append(
            pd.DataFrame(
                {
                    "markov_order": int(str(order)),
                    "is_chosen": False,
                    "state_count": both["context"].nunique(),
                    "holdout_log_likelihood": _log_likelihood(counted),
                    "channel_group": effects["channel"],
                    "removal_effect": effects["removal_effect"],
                    "model_share": effects["share"],
                }
            ).astype(_EFFECTS)
        )
    if not fits:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _EFFECTS.items()})
    together = pd.concat(fits, ignore_index=True)
    foretold = together.groupby("markov_order")["holdout_log_likelihood"].first()
    lowest = int(foretold.index[0])
    chosen = lowest if foretold.isna().all() else int(str(foretold.idxmax()))
    return together.assign(is_chosen=together["markov_order"] == chosen)


def _log_likelihood(counted: pd.DataFrame) -> float | None:
    held_out = counted["holdout_step_count"].to_numpy(np.float64)
    if not held_out.sum():
        return None
    like_it = counted["train_step_count"].to_numpy(np.float64)
    of_context = counted.groupby("context")["train_step_count"].transform("sum")
    kinds = counted["next_step"].nunique()
    probability = (like_it + _SMOOTHING) / (of_context.to_numpy(np.float64) + _SMOOTHING * kinds)
    return float(held_out @ np.log(probability) / held_out.sum())
