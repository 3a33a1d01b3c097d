"""Logistic regression on logs in bins, for shops with too few customers to boost."""

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit

from onemart.science.churn.additive import AdditiveModel, Floats, Term
from onemart.science.churn.bins import bin_starts

__all__ = ["NAME", "fit"]

NAME = "logistic"
_BINS = 32


def fit(samples: pd.DataFrame, signs: dict[str, int], *, penalty: float) -> AdditiveModel:
    r"""Fit the log odds of `has_bought` by penalised maximum likelihood.

    ``log odds = intercept + sum_j slope_j z_j(x_j) + sum_j step_j [x_j missing]``, where ``z`` is
    the mean of ``sign(x) log(1 + |x|)`` over the bin of x, of up to 32, brought to mean 0 and
    deviation 1 over the samples. A shop of few customers says no more of a feature than one slope,
    and logs hold beyond what it has seen. Minimises ``-log-likelihood + penalty/2 * (sum of
    squared slopes and steps)``; a slope has the sign of its feature, or is 0.

    Parameters
    ----------
    samples : pandas.DataFrame
        `has_bought` (0 or 1), `sample_weight` (above 0; a weight of 2 is a row twice) and a whole
        number, or missing, for each feature.
    signs : dict of str to int
        For each feature, in order, 1 where more of it cannot lower the odds, -1 where it cannot
        raise them, else 0.
    penalty : float
        0 or above; the more, the nearer slopes are to 0.

    References
    ----------
    Hoerl, A. E., Kennard, R. W. (1970). Ridge regression. *Technometrics* 12(1), 55-67; le Cessie,
    S., van Houwelingen, J. C. (1992). Ridge estimators in logistic regression. *Applied Statistics*
    41(1), 191-201.
    """
    weights = samples["sample_weight"].astype("float64")
    shapes = [_logs(name, samples[name], weights) for name in signs]
    missing = [samples[name].isna().to_numpy(np.float64) for name in signs]
    bounds: list[tuple[float | None, float | None]] = [(None, None)]
    bounds += [(0.0 if sign > 0 else None, 0.0 if sign < 0 else None) for sign in signs.values()]
    slopes = _maximize(
        np.column_stack([np.ones(len(samples)), *(one.of(samples) for one in shapes), *missing]),
        samples["has_bought"].to_numpy(np.float64),
        np.asarray(weights, dtype=np.float64),
        bounds + [(None, None)] * len(signs),
        penalty,
    )
    intercept, terms = float(slopes[0]), []
    for place, (shape, is_missing) in enumerate(zip(shapes, missing, strict=True), start=1):
        contributions = slopes[place] * shape.contributions
        step = slopes[place + len(signs)]
        # Against the mean; where nobody lacked it, nothing is known of who lacks it later.
        mean = step * float(np.average(is_missing, weights=weights))
        contributions[0] = step if is_missing.any() else 0.0
        intercept += mean
        terms.append(Term(shape.features, shape.starts, contributions - mean))
    return AdditiveModel(NAME, intercept, tuple(terms))


def _logs(name: str, values: pd.Series, weights: pd.Series) -> Term:
    """Return the mean log of each bin, standardised over the samples; 0 for missing values."""
    known = values.notna()
    starts = bin_starts(values, weights, bin_count=_BINS)
    whole = values[known].to_numpy(np.float64)
    logs = np.sign(whole) * np.log1p(np.abs(whole))
    weighed = weights[known].to_numpy(np.float64)
    if not len(logs):
        return Term((name,), (starts,), np.zeros(len(starts) + 2))
    places = np.searchsorted(starts, whole, side="right")
    means = np.bincount(places, weighed * logs) / np.bincount(places, weighed)
    middle = np.average(means[places], weights=weighed)
    deviation = np.sqrt(np.average((means[places] - middle) ** 2, weights=weighed))
    return Term((name,), (starts,), np.array([0.0, *((means - middle) / (deviation or 1.0))]))


def _maximize(
    design: Floats,
    bought: Floats,
    weights: Floats,
    bounds: list[tuple[float | None, float | None]],
    penalty: float,
) -> Floats:
    penalties = np.full(design.shape[1], penalty)
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
