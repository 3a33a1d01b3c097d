"""BG/NBD: customers buy at a rate of their own until, after some purchase, they stop."""

import numpy as np
from scipy.special import betainc, betaln, digamma, gammaln, hyp2f1

from onemart.science.lifetime.lattice import Floats, PurchaseLattice
from onemart.science.lifetime.maximum_likelihood import Fit, maximize_on

__all__ = ["NAMES", "expected_if_alive", "fit", "log_ended", "log_likelihood", "more_than_if_alive"]

NAMES = ("r", "alpha", "a", "b")
# At a = 1 the mean is the limit of its formula.
_NEAREST_TO_ONE = 1e-6


def log_likelihood(parameters: Floats, lattice: PurchaseLattice) -> tuple[float, Floats]:
    """Return the log-likelihood of all customers, and its gradient.

    A customer buys at rate ``lambda ~ Gamma(r, alpha)`` a week and stops after each purchase with
    probability ``p ~ Beta(a, b)``. With x repeat purchases, the last at t, seen until T::

        L = G(r+x) alpha^r / G(r) * [ B(a, b+x) / B(a, b) * (alpha+T)^-(r+x)
            + (x > 0) * B(a+1, b+x-1) / B(a, b) * (alpha+t)^-(r+x) ]

    in logs throughout, so that no frequency overflows.

    Parameters
    ----------
    parameters : array
        r, alpha (weeks), a, b; all above 0.
    lattice : PurchaseLattice
        The customers.

    References
    ----------
    Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting Your Customers" the Easy Way.
    *Marketing Science* 24(2), equation 6.
    """
    r, alpha, a, b = parameters
    pairs, weight = lattice.pairs, lattice.customers
    x, log_time = pairs.frequency, np.log(alpha + pairs.time)
    one_at_least = np.maximum(x, 1)
    alive = betaln(a, b + x) - betaln(a, b) - (r + x) * log_time
    stopped = betaln(a + 1, b + one_at_least - 1) - betaln(a, b) - (r + x) * log_time
    ended = np.where(x > 0, stopped, -np.inf)[pairs.at_last]
    together = np.logaddexp(alive[pairs.at_cutoff], ended)
    gone = weight * np.exp(ended - together)
    # Customers by pair: who is gone since the last purchase, and who is one yet at the cut-off.
    left = pairs.summed(pairs.at_last, gone)
    both = left + pairs.summed(pairs.at_cutoff, weight - gone)
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    value = (pairs.customers * common).sum() + (weight * together).sum()
    of_both = digamma(a + b + x) - digamma(a + b)
    by_r = pairs.customers * (digamma(r + x) - digamma(r) + np.log(alpha)) - both * log_time
    by_alpha = pairs.customers * r / alpha - both * (r + x) / (alpha + pairs.time)
    by_a = left / a - pairs.customers * of_both
    by_b = pairs.customers * (digamma(b + x) - digamma(b) - of_both)
    by_b -= left / (b + one_at_least - 1)
    gradient = np.array([part.sum() for part in (by_r, by_alpha, by_a, by_b)])
    return float(value), gradient


def fit(lattice: PurchaseLattice) -> Fit:
    """Fit by maximum likelihood.

    Raises
    ------
    NotConvergedError
        If the data do not say what the parameters are.
    """
    weeks = max(1.0, float(np.average(lattice.age, weights=lattice.customers)) / 4)
    return maximize_on(lattice, log_likelihood, NAMES, start=np.array([0.5, weeks, 0.8, 2.5]))


def log_ended(parameters: Floats, frequency: Floats, time: Floats) -> tuple[Floats, Floats]:
    """Return two logs whose difference is that of being gone to being a customer.

    ``p_alive = 1 / (1 + exp(ended(x, t) - alive(x, T)))`` with
    ``alive = -(r+x) log(alpha+T)`` and ``ended = log(a / (b+x-1)) - (r+x) log(alpha+t)``; a
    customer with x = 0 has had no purchase to stop after.

    Parameters
    ----------
    frequency, time : array
        Repeat purchases, and weeks since the first; of one shape.

    Returns
    -------
    ended, alive : array
        `ended` is minus infinity at x = 0.

    References
    ----------
    Fader, P. S., Hardie, B. G. S. (2008). Computing P(alive) Using the BG/NBD Model.
    """
    r, alpha, a, b = parameters
    alive = -(r + frequency) * np.log(alpha + time)
    stopped = np.log(a) - np.log(b + np.maximum(frequency, 1) - 1) + alive
    return np.where(frequency > 0, stopped, -np.inf), alive


def expected_if_alive(
    parameters: Floats, frequency: Floats, age: Floats, horizon: Floats | float
) -> Floats:
    """Return the purchases to expect within `horizon` weeks of who is still a customer.

    ::

        (a+b+x-1) / (a-1) * [1 - ((alpha+T) / (alpha+T+h))^(r+x)
                                 * 2F1(r+x, b+x; a+b+x-1; h / (alpha+T+h))]

    Euler's transformation turns power and function into ``(1-z)^(a-1) *
    2F1(a+b-1-r, a-1; a+b+x-1; z)``, ``z = h / (alpha+T+h)``, which no x lets overflow.

    References
    ----------
    Fader, Hardie, Lee (2005), equation 10, without its P(alive).
    """
    r, alpha, a, b = parameters
    if abs(a - 1) < _NEAREST_TO_ONE:
        a = 1 + _NEAREST_TO_ONE
    z = horizon / (alpha + age + horizon)
    left = np.exp((a - 1) * np.log1p(-z)) * hyp2f1(a + b - 1 - r, a - 1, a + b + frequency - 1, z)
    return np.asarray((a + b + frequency - 1) / (a - 1) * (1 - left), dtype=np.float64)


def more_than_if_alive(
    parameters: Floats, frequency: Floats, age: Floats, horizon: float, purchases: Floats
) -> Floats:
    """Return the probability of more than `purchases` within `horizon`, of who is a customer.

    More than y needs that the customer did not stop after any of the first y, and that a Poisson
    process at the customer's rate counts more than y::

        P(Y > y) = B(a, b+x+y) / B(a, b+x) * P(NegativeBinomial(r+x, (alpha+T) / (alpha+T+h)) > y)

    References
    ----------
    Follows from Fader, Hardie, Lee (2005), equation 8.
    """
    r, alpha, a, b = parameters
    goes_on = np.exp(betaln(a, b + frequency + purchases) - betaln(a, b + frequency))
    z = horizon / (alpha + age + horizon)
    return np.asarray(goes_on * betainc(purchases + 1, r + frequency, z), dtype=np.float64)
