"""Maximum likelihood over positive parameters, from a log-likelihood and its gradient."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from onemart.science.lifetime.lattice import Floats

__all__ = ["Fit", "NotConvergedError", "maximize"]

# Beyond, a parameter has left for 0 or for infinity.
_LARGEST_LOG = 14.0
_LARGEST_GRADIENT = 1e-7
# Whatever the error, the ends of an interval are numbers.
_LARGEST_REACH = 100.0
_STEP = 1e-4
_NEWTON_STEPS = 12

Likelihood = Callable[[Floats], tuple[float, Floats]]


class NotConvergedError(ValueError):
    """No maximum was found; the message says why, in words for the person who reads the fit."""


@dataclass(frozen=True)
class Fit:
    """Parameters at the maximum.

    Attributes
    ----------
    parameters : dict of str to float
        Estimates by name, all above 0.
    errors : dict of str to float
        Their standard errors.
    intervals : dict of str to tuple of float
        Lower and upper end of a 95 % interval, ``exp(log estimate +- 1.96 error / estimate)``.
    log_likelihood : float
        The sum over all customers.
    """

    parameters: dict[str, float]
    errors: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    log_likelihood: float


def maximize(likelihood: Likelihood, names: tuple[str, ...], *, scale: float, start: Floats) -> Fit:
    """Find the positive parameters under which what was seen is likeliest.

    Works on the logs of the parameters: L-BFGS from `start`, then Newton's steps with a Hessian of
    differences of the gradient. Standard errors are those of the inverse Hessian of the logs,
    carried over by the delta method: ``error(p) = p * error(log p)``.

    Parameters
    ----------
    likelihood : callable
        From parameters to the log-likelihood and its gradient by the *parameters*.
    names : tuple of str
        Names of the parameters, in order.
    scale : float
        Customers; the search works on the likelihood of one.
    start : array
        Parameters to start from.

    Raises
    ------
    NotConvergedError
        If a parameter runs to 0 or infinity, the gradient does not vanish, or the likelihood is
        flat at the end: the data do not say what the parameters are.
    """

    def negative(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, gradient = likelihood(parameters)
        return -value / scale, -gradient * parameters / scale

    bounds = [(-_LARGEST_LOG, _LARGEST_LOG)] * len(names)
    found = minimize(
        negative,
        np.log(start),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 500, "ftol": 1e-15, "gtol": 1e-9},
    )
    logs = np.asarray(found.x, dtype=np.float64)
    logs, hessian = _polished(negative, logs)
    away = [name for name, log in zip(names, logs, strict=True) if abs(log) > _LARGEST_LOG - 0.5]
    if away:
        raise NotConvergedError(f"{', '.join(away)} ran to 0 or to infinity")
    value, gradient = negative(logs)
    if not np.isfinite(value) or np.abs(gradient).max() > _LARGEST_GRADIENT:
        raise NotConvergedError(f"the gradient did not vanish: {np.abs(gradient).max():.1g}")
    if np.linalg.eigvalsh(hessian).min() < 1e-9:
        raise NotConvergedError("the likelihood is flat: the data do not tell the parameters apart")
    log_errors = np.sqrt(np.diag(np.linalg.inv(hessian * scale)))
    estimates = np.exp(logs)
    reach = np.minimum(1.96 * log_errors, _LARGEST_REACH)
    lower, upper = np.exp(logs - reach), np.exp(logs + reach)
    return Fit(
        dict(zip(names, estimates.tolist(), strict=True)),
        dict(zip(names, (estimates * log_errors).tolist(), strict=True)),
        dict(zip(names, zip(lower.tolist(), upper.tolist(), strict=True), strict=True)),
        -value * scale,
    )


def _polished(
    negative: Callable[[Floats], tuple[float, Floats]], logs: Floats
) -> tuple[Floats, Floats]:
    """Return logs after Newton's steps that lower the gradient, and the Hessian there."""
    gradient = negative(logs)[1]
    for _ in range(_NEWTON_STEPS):
        hessian = _hessian(negative, logs)
        if np.abs(gradient).max() < 1e-11 or np.linalg.eigvalsh(hessian).min() <= 0:
            break
        step = np.linalg.solve(hessian, gradient)
        nearer = logs - step * min(1.0, 1.0 / np.abs(step).max())
        next_gradient = negative(nearer)[1]
        if not np.abs(next_gradient).max() < np.abs(gradient).max():
            break
        logs, gradient = nearer, next_gradient
    else:
        hessian = _hessian(negative, logs)
    return logs, hessian


def _hessian(negative: Callable[[Floats], tuple[float, Floats]], logs: Floats) -> Floats:
    rows = []
    for place in range(len(logs)):
        aside = np.zeros(len(logs))
        aside[place] = _STEP
        rows.append((negative(logs + aside)[1] - negative(logs - aside)[1]) / (2 * _STEP))
    found = np.array(rows)
    return np.asarray((found + found.T) / 2, dtype=np.float64)
