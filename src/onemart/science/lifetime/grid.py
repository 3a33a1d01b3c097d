"""The steps in which what models say of customers is tabulated."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from onemart.science.lifetime.lattice import Floats
from onemart.science.lifetime.value import PURCHASE_MODELS

__all__ = [
    "COMING_DAYS",
    "age_steps",
    "chosen_models",
    "day_steps",
    "frequency_steps",
    "weeks_until",
]

# A table also covers the days and purchases to come, so that a new day needs no refit.
COMING_DAYS = 91
_COMING_SHARE, _COMING_PURCHASES = 1.25, 20
LARGEST_FREQUENCY, LARGEST_DAY = 5000, 3640

Steps = NDArray[np.int64]


def frequency_steps(greatest: int) -> Steps:
    """Return steps of frequency: each up to 200, tens up to 1,000, hundreds up to 5,000."""
    steps = np.concatenate(
        [np.arange(201), np.arange(210, 1001, 10), np.arange(1100, LARGEST_FREQUENCY + 1, 100)]
    )
    return _until(steps, int(greatest * _COMING_SHARE) + _COMING_PURCHASES)


def day_steps(greatest: int) -> Steps:
    """Return steps of time in days: each up to two years, weeks up to ten years."""
    steps = np.concatenate([np.arange(729), np.arange(735, LARGEST_DAY + 1, 7)])
    return _until(steps, greatest + COMING_DAYS)


def weeks_until(greatest: int) -> Steps:
    """Return whole weeks up to ten years."""
    return _until(np.arange(LARGEST_DAY // 7 + 1), (greatest + COMING_DAYS) // 7 + 1)


def age_steps(greatest: int) -> Steps:
    """Return steps of age in weeks: each up to 8, then 4, 8 and 26 apart, up to ten years."""
    steps = np.concatenate(
        [np.arange(9), np.arange(12, 33, 4), np.arange(40, 105, 8), np.arange(130, 521, 26)]
    )
    return _until(steps, (greatest + COMING_DAYS) // 7 + 26)


def chosen_models(parameters: pd.DataFrame) -> dict[str, tuple[str, Floats]]:
    """Return by purpose the chosen model of purchases and its parameters."""
    chosen = parameters[parameters["is_chosen"].astype(bool)]
    found = {}
    for (purpose, name), rows in chosen.groupby(["fitted_for", "model_name"]):
        if name in PURCHASE_MODELS:
            estimates = rows.set_index("parameter_name")["estimate"]
            names = list(PURCHASE_MODELS[str(name)].NAMES)
            found[str(purpose)] = (str(name), estimates.loc[names].to_numpy(dtype=np.float64))
    return found


def _until(steps: Steps, last: int) -> Steps:
    """Return the steps up to the first that reaches `last`."""
    return steps[: int(np.searchsorted(steps, last)) + 1]
