"""Maximum likelihood over positive parameters, from a log-likelihood and its gradient."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from onemart.science.lifetime.lattice import Floats, PurchaseLattice

__all__ = ["Fit", "NotConvergedError", "maximize", "maximize_on"]

# Beyond, a parameter has left for 0 or for infinity.
_LARGEST_LOG = 14.0
_LARGEST_GRADIENT = 1e-7
# Whatever the error, the ends of an interval are numbers.
_LARGEST_REACH = 100.0
_STEP = 1e-4
_NEWTON_STEPS = 24
_NO_GRADIENT = 1e-11
_NEAR = 1e-4  # a gradient from where Newton's steps are quick
_SHORTEST = 0.05  # of a step
_QUICK = 0.1  # what a step leaves of the gradient, at most, for the Hessian to be kept

Likelihood = Callable[[Floats], tuple[float, Floats]]
LatticeLikelihood = Callable[[Floats, PurchaseLattice], tuple[float, Floats]]


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
    negative = _negative(likelihood, scale)
    return _told(negative, names, scale, _climbed(negative, np.log(start)))


def maximize_on(
    lattice: PurchaseLattice,
    likelihood: LatticeLikelihood,
    names: tuple[str, ...],
    *,
    start: Floats,
) -> Fit:
    """Find the positive parameters under which what customers did is likeliest.

    As `maximize`. Where cells are many, the search begins on coarser ones; if from their maximum it
    does not come to that of all, it begins anew.

    Parameters
    ----------
    lattice : PurchaseLattice
        The customers.
    likelihood : callable
        From parameters and lattice to the log-likelihood and its gradient.
    names, start
        As for `maximize`.

    Raises
    ------
    NotConvergedError
        As `maximize`.
    """
    coarser = lattice.coarser
    if coarser is not None:
        of_coarser = _negative(lambda at: likelihood(at, coarser), coarser.total)
        of_all = _negative(lambda at: likelihood(at, lattice), lattice.total)
        with suppress(NotConvergedError):
            near = _climbed(of_all, _climbed(of_coarser, np.log(start)), gradient=_NEAR)
            return _told(of_all, names, lattice.total, near)
    return maximize(lambda at: likelihood(at, lattice), names, scale=lattice.total, start=start)


def _negative(likelihood: Likelihood, scale: float) -> Likelihood:
    """Return what a search makes small, and its gradient, by the logs of the parameters."""

    def negative(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, gradient = likelihood(parameters)
        return -value / scale, -gradient * parameters / scale

    return negative


def _climbed(negative: Likelihood, logs: Floats, *, gradient: float = 1e-9) -> Floats:
    found = minimize(
        negative,
        logs,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_LARGEST_LOG, _LARGEST_LOG)] * len(logs),
        options={"maxiter": 500, "ftol": 1e-15, "gtol": gradient},
    )
    return np.asarray(found.x, dtype=np.float64)


def _told(negative: Likelihood, names: tuple[str, ...], scale: float, logs: Floats) -> Fit:
    """Return the fit at the maximum next to `logs`."""
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
    """Return logs after Newton's steps that lower the gradient, and the Hessian there.

    A Hessian costs eight gradients: as long as steps are quick, the next takes the same.
    """
    gradient, hessian = negative(logs)[1], _hessian(negative, logs)
    share, is_of_here = 1.0, True
    for _ in range(_NEWTON_STEPS):
        if np.abs(gradient).max() < _NO_GRADIENT or np.linalg.eigvalsh(hessian).min() <= 0:
            break
        step = np.linalg.solve(hessian, gradient)
        nearer = logs - step * min(share, 1.0 / np.abs(step).max())
        next_gradient = negative(nearer)[1]
        left = float(np.linalg.norm(next_gradient) / np.linalg.norm(gradient))
        if left < 1:
            logs, gradient, share = nearer, next_gradient, 1.0
            is_of_here = False
        elif is_of_here:
            # Too far, or as near as digits allow.
            share /= 2
            if share < _SHORTEST or np.abs(gradient).max() < _LARGEST_GRADIENT:
                break
        if not left < _QUICK and not is_of_here:
            hessian, is_of_here = _hessian(negative, logs), True
    return logs, _hessian(negative, logs)


def _hessian(negative: Callable[[Floats], tuple[float, Floats]], logs: Floats) -> Floats:
    rows = []
    for place in range(len(logs)):
        aside = np.zeros(len(logs))
        aside[place] = _STEP
        rows.append((negative(logs + aside)[1] - negative(logs - aside)[1]) / (2 * _STEP))
    found = np.array(rows)
    return np.asarray((found + found.T) / 2, dtype=np.float64)
