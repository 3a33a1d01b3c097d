"""Logistic regression on bins, for shops with too few customers to boost."""

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit

from onemart.science.churn.additive import AdditiveModel, Floats, Ints, Term
from onemart.science.churn.bins import bin_starts

__all__ = ["NAME", "fit"]

NAME = "logistic"
_BINS = 8
_PENALTY = 1.0


def fit(samples: pd.DataFrame, signs: dict[str, int]) -> AdditiveModel:
    r"""Fit the log odds of `has_bought` by penalised maximum likelihood.

    Each feature has up to eight bins; ``log odds = intercept + sum of the steps up to the bin``, so
    that neighbours differ by one step, and missing values have one of their own. Minimises
    ``-log-likelihood + 1/2 * sum of squared steps``; where a feature has a sign its steps go one
    way only. Contributions are then told against the mean over the samples, so that missing values
    contribute 0 where none was missing in them.

    Parameters
    ----------
    samples : pandas.DataFrame
        `has_bought` (0 or 1), `sample_weight` (above 0; a weight of 2 is a row twice) and a whole
        number, or missing, for each feature.
    signs : dict of str to int
        For each feature, in order, 1 where more of it cannot lower the odds, -1 where it cannot
        raise them, else 0.

    References
    ----------
    Gertheiss, J., Tutz, G. (2009). Penalized regression with ordinal predictors. *International
    Statistical Review* 77(3), 345-365: the penalty on steps.
    """
    weights = samples["sample_weight"].astype("float64")
    starts = {name: bin_starts(samples[name], weights, bin_count=_BINS) for name in signs}
    columns = [np.ones((len(samples), 1))]
    bounds: list[tuple[float | None, float | None]] = [(None, None)]
    for name, sign in signs.items():
        columns.append(_steps(samples[name], starts[name]))
        one_way = (0.0 if sign > 0 else None, 0.0 if sign < 0 else None)
        bounds += [(None, None)] + [one_way] * len(starts[name])
    steps = _maximize(
        np.hstack(columns),
        samples["has_bought"].to_numpy(np.float64),
        np.asarray(weights, dtype=np.float64),
        bounds,
    )
    intercept, place = float(steps[0]), 1
    terms = []
    for name in signs:
        count = 1 + len(starts[name])
        missing, *ups = steps[place : place + count]
        place += count
        contributions = np.array([missing, 0.0, *np.cumsum(ups)])
        told = Term((name,), (starts[name],), contributions).of(samples)
        mean = float(np.average(told, weights=weights))
        intercept += mean
        contributions -= mean
        if samples[name].notna().all():
            # Nothing is known of who lacks it later.
            contributions[0] = 0.0
        terms.append(Term((name,), (starts[name],), contributions))
    return AdditiveModel(NAME, intercept, tuple(terms))


def _steps(values: pd.Series, starts: Ints) -> Floats:
    """Return a column for missing values and one for each start that a value has reached."""
    missing = values.isna().to_numpy()
    known = values.fillna(0).to_numpy(np.int64)
    reached = (known[:, np.newaxis] >= starts) & ~missing[:, np.newaxis]
    return np.column_stack([missing, reached]).astype(np.float64)


def _maximize(
    design: Floats, bought: Floats, weights: Floats, bounds: list[tuple[float | None, float | None]]
) -> Floats:
    penalties = np.full(design.shape[1], _PENALTY)
    penalties[0] = 0.0

    def negative(steps: Floats) -> tuple[float, Floats]:
        log_odds = design @ steps
        loss = weights @ (np.logaddexp(0, log_odds) - bought * log_odds)
        gradient = design.T @ (weights * (expit(log_odds) - bought)) + penalties * steps
        return float(loss + penalties @ steps**2 / 2), gradient

    rate = float(np.average(bought, weights=weights))
    start = np.zeros(design.shape[1])
    start[0] = np.log(rate / (1 - rate))
    found = minimize(
        negative,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 5000, "maxfun": 10000, "ftol": 1e-15, "gtol": 1e-8},
    )
    return np.asarray(found.x, dtype=np.float64)
