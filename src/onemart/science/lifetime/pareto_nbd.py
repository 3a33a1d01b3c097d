"""Pareto/NBD: customers buy at a rate of their own until, at some time, they are gone."""

import numpy as np
from scipy.special import betainc, digamma, gammaln

from onemart.science.lifetime.lattice import Floats, PurchaseLattice
from onemart.science.lifetime.maximum_likelihood import Fit, maximize_on

__all__ = ["NAMES", "expected_if_alive", "fit", "log_ended", "log_likelihood", "more_than_if_alive"]

NAMES = ("r", "alpha", "s", "beta")
# Tanh-sinh: nodes crowd at both ends of 0..1, where the integrand may be steep.
_REACH, _NODE_COUNT = 3.6, 73
_LIFE_NODE_COUNT = 7


def _nodes() -> tuple[Floats, Floats]:
    """Return the logs of the nodes in 0..1 and of their weights."""
    steps = np.linspace(-_REACH, _REACH, _NODE_COUNT)
    bent = np.pi * np.sinh(steps)
    log_nodes = -np.logaddexp(0.0, -bent)
    wide = np.log(np.pi * np.cosh(steps) * (steps[1] - steps[0]))
    return log_nodes, wide + log_nodes - np.logaddexp(0.0, bent)


_LOG_NODES, _LOG_WEIGHTS = _nodes()


def _log_gone_after(
    parameters: Floats, frequency: Floats, time: Floats, *, slopes: bool
) -> tuple[Floats, Floats]:
    """Return log F and its slopes by the parameters, F the part of the likelihood gone after t.

    ``F(x, t) = integral from t of s (beta+u)^-(s+1) (alpha+u)^-(r+x) du``. With ``k = r+s+x``, m
    and M the smaller and the larger of alpha and beta, ``y = ((M+t) / (M+u))^k`` and ``zeta =
    (M-m) / (M+t)`` it is ``s / k (M+t)^-k * integral over 0..1 of (1 - zeta y^(1/k))^-e dy``,
    Euler's integral of 2F1(e, k; k+1; zeta); e is the power of m+u. Slopes are means over the same
    nodes.
    """
    r, alpha, s, beta = parameters
    k = (r + s + frequency)[:, None]
    small, large = min(alpha, beta), max(alpha, beta)
    power = s + 1 if beta < alpha else (r + frequency)[:, None]
    shrunk = _LOG_NODES / k  # log of (M+t) / (M+u)
    log_large = np.log(large + time)[:, None] - shrunk
    log_rest = np.log1p(-((large - small) / (large + time))[:, None] * np.exp(shrunk))
    log_small = log_large + log_rest
    terms = _LOG_WEIGHTS - power * log_rest
    largest = terms.max(axis=1, keepdims=True)
    terms = np.exp(terms - largest)
    total = terms.sum(axis=1)
    log_value = np.log(s / k[:, 0]) - k[:, 0] * np.log(large + time) + largest[:, 0] + np.log(total)
    if not slopes:
        return log_value, np.empty((0, 4))
    terms /= total[:, None]
    log_alpha, log_beta = (log_small, log_large) if alpha < beta else (log_large, log_small)
    by_r = -(terms * log_alpha).sum(axis=1)
    by_alpha = -(r + frequency) * (terms * np.exp(-log_alpha)).sum(axis=1)
    by_s = 1 / s - (terms * log_beta).sum(axis=1)
    by_beta = -(s + 1) * (terms * np.exp(-log_beta)).sum(axis=1)
    return log_value, np.stack([by_r, by_alpha, by_s, by_beta])


def log_likelihood(parameters: Floats, lattice: PurchaseLattice) -> tuple[float, Floats]:
    """Return the log-likelihood of all customers, and its gradient.

    A customer buys at rate ``lambda ~ Gamma(r, alpha)`` a week and is gone at rate
    ``mu ~ Gamma(s, beta)``. With x repeat purchases, the last at t, seen until T::

        L = G(r+x) alpha^r beta^s / G(r) * [ (alpha+T)^-(r+x) (beta+T)^-s + F(x, t) - F(x, T) ]

    where F is what the likelihood is of those gone later: the first term is who is a customer yet,
    the rest who left between t and T. F is computed once for each pair of frequency and time.

    Parameters
    ----------
    parameters : array
        r, alpha (weeks), s, beta (weeks); all above 0.
    lattice : PurchaseLattice
        The customers.

    References
    ----------
    Schmittlein, D. C., Morrison, D. G., Colombo, R. (1987). Counting Your Customers. *Management
    Science* 33(1). Fader, P. S., Hardie, B. G. S. (2005). A Note on Deriving the Pareto/NBD Model.
    """
    r, alpha, s, beta = parameters
    pairs, weight = lattice.pairs, lattice.customers
    x, time = pairs.frequency, pairs.time
    log_after, slopes = _log_gone_after(parameters, x, time, slopes=True)
    log_alpha, log_beta = np.log(alpha + time), np.log(beta + time)
    alive = -(r + x) * log_alpha - s * log_beta
    # The three terms of a cell, next to the largest of them.
    terms = [alive[pairs.at_cutoff], log_after[pairs.at_last], log_after[pairs.at_cutoff]]
    largest = np.maximum(terms[0], terms[1])
    parts = np.exp(np.stack(terms) - largest)
    together = parts[0] + parts[1] - parts[2]
    shares = weight * parts / together
    # Customers by pair: yet a customer at the cut-off, and gone after the pair's time.
    at_cutoff = pairs.summed(pairs.at_cutoff, shares[0])
    gone = pairs.summed(pairs.at_last, shares[1]) - pairs.summed(pairs.at_cutoff, shares[2])
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    of_common = (
        digamma(r + x) - digamma(r) + np.log(alpha),
        r / alpha,
        np.log(beta),
        s / beta,
    )
    of_alive = (-log_alpha, -(r + x) / (alpha + time), -log_beta, -s / (beta + time))
    gradient = np.array(
        [
            (pairs.customers * of_common[i] + at_cutoff * of_alive[i] + gone * slopes[i]).sum()
            for i in range(4)
        ]
    )
    value = (pairs.customers * common).sum() + (weight * (largest + np.log(together))).sum()
    return float(value), gradient


def fit(lattice: PurchaseLattice) -> Fit:
    """Fit by maximum likelihood.

    Raises
    ------
    NotConvergedError
        If the data do not say what the parameters are.
    """
    weeks = max(1.0, float(np.average(lattice.age, weights=lattice.customers)) / 3)
    return maximize_on(lattice, log_likelihood, NAMES, start=np.array([0.6, weeks, 0.6, weeks]))


def log_ended(parameters: Floats, frequency: Floats, time: Floats) -> tuple[Floats, Floats]:
    """Return two logs that say how likely a customer is gone.

    ``p_alive = 1 / (1 + exp(ended(x, t) - alive(x, T)) - exp(ended(x, T) - alive(x, T)))`` with
    ``alive = -(r+x) log(alpha+T) - s log(beta+T)`` and ``ended = log F``.

    Parameters
    ----------
    frequency, time : array
        Repeat purchases, and weeks since the first; of one shape.
    """
    r, alpha, s, beta = parameters
    alive = -(r + frequency) * np.log(alpha + time) - s * np.log(beta + time)
    return _log_gone_after(parameters, frequency, time, slopes=False)[0], alive


def expected_if_alive(
    parameters: Floats, frequency: Floats, age: Floats, horizon: Floats | float
) -> Floats:
    """Return the purchases to expect within `horizon` weeks of who is still a customer.

    ``(r+x) / (alpha+T) * (beta+T) / (s-1) * [1 - ((beta+T) / (beta+T+h))^(s-1)]``, and
    ``(r+x) / (alpha+T) * (beta+T) * log(1 + h / (beta+T))`` at s = 1.

    References
    ----------
    Fader, Hardie (2005), A Note on Deriving the Pareto/NBD Model, equation 41.
    """
    r, alpha, s, beta = parameters
    longer = np.log1p(horizon / (beta + age))
    # (1 - exp(-(s-1) l)) / (s-1), whose limit at s = 1 is l.
    lived = longer if s == 1 else -np.expm1(-(s - 1) * longer) / (s - 1)
    return np.asarray((r + frequency) / (alpha + age) * (beta + age) * lived, dtype=np.float64)


def more_than_if_alive(
    parameters: Floats, frequency: Floats, age: Floats, horizon: float, purchases: Floats
) -> Floats:
    """Return the probability of more than `purchases` within `horizon`, of who is a customer.

    While a customer, purchases within u weeks are negative binomial; the mean of that over the time
    of leaving, which is Pareto (s, beta+T), by Gauss-Legendre in its distribution function.
    """
    r, alpha, s, beta = parameters
    nodes, weights = np.polynomial.legendre.leggauss(_LIFE_NODE_COUNT)
    gone = -np.expm1(-s * np.log1p(horizon / (beta + age)))
    found = (1 - gone) * _more(r + frequency, alpha + age, horizon, purchases)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        lived = (beta + age) * np.expm1(-np.log1p(-gone * node) / s)
        found = found + gone * weight * _more(r + frequency, alpha + age, lived, purchases)
    return np.asarray(found, dtype=np.float64)


def _more(shape: Floats, weeks: Floats, lived: Floats | float, purchases: Floats) -> Floats:
    return np.asarray(betainc(purchases + 1, shape, lived / (weeks + lived)), dtype=np.float64)
