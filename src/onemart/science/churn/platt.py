"""Platt's calibration: log odds stretched and shifted to what came true."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from onemart.science.churn.additive import Floats

__all__ = ["fit"]


def fit(log_odds: Floats, bought: Floats, weights: Floats) -> tuple[float, float]:
    """Return the slope and the offset that fit best, of ``slope * log odds + offset``.

    By maximum likelihood against ``(N+ + 1) / (N+ + 2)`` for who bought and ``1 / (N- + 2)`` for
    who did not, with N the weight of each, so that few rows say nothing for certain. The slope is
    at least 0: scores that rank worse than chance give everyone the same odds. Scores that are all
    equal are shifted.

    Parameters
    ----------
    log_odds, bought, weights : array
        What the model says, 0 or 1, and a weight above 0 for each row; one row at least.

    References
    ----------
    Platt, J. (1999). Probabilistic outputs for support vector machines. *Advances in Large Margin
    Classifiers*, section 2.2.
    """
    yes = float(weights[bought == 1].sum())
    no = float(weights[bought == 0].sum())
    target = np.where(bought == 1, (yes + 1) / (yes + 2), 1 / (no + 2))
    mean = float(np.average(target, weights=weights))
    rate = float(np.log(mean / (1 - mean)))
    if np.ptp(log_odds) == 0:
        return 1.0, rate - float(log_odds[0])
    # A target between 0 and 1 is a row of either outcome, weighted.
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10).fit(
        np.concatenate([log_odds, log_odds]).reshape(-1, 1),
        np.repeat([1, 0], len(log_odds)),
        sample_weight=np.concatenate([weights * target, weights * (1 - target)]),
    )
    slope = float(model.coef_[0, 0])
    return (slope, float(model.intercept_[0])) if slope > 0 else (0.0, rate)
