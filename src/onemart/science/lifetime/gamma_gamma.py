"""Gamma-Gamma: what customers spend varies around a mean of their own."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.special import digamma, gammaln

from onemart.science.lifetime.lattice import Floats
from onemart.science.lifetime.maximum_likelihood import Fit, maximize

__all__ = ["NAMES", "SpendLattice", "fit", "log_likelihood"]

NAMES = ("p", "q", "gamma")


@dataclass(frozen=True)
class SpendLattice:
    """Cells of customers by how often they bought and what they spent each time.

    Attributes
    ----------
    purchases : array
        Purchases that the mean is of, above 0.
    spend : array
        Mean spend of a purchase, above 0.
    customers : array
        Customers in the cell, more than 0.
    """

    purchases: Floats
    spend: Floats
    customers: Floats

    def __post_init__(self) -> None:
        """Refuse what has no logarithm."""
        if np.any(self.purchases <= 0) or np.any(self.spend <= 0) or np.any(self.customers <= 0):
            raise ValueError("a cell has no purchase, no spend above 0, or no customers")

    @classmethod
    def from_frame(cls, cells: pd.DataFrame, *, bins_per_unit: float) -> Self:
        """Read cells whose spend is a bin of its natural logarithm.

        Parameters
        ----------
        cells : pandas.DataFrame
            Columns `purchase_count`, `spend_bin` (``floor(log(spend) * bins_per_unit)``) and
            `customer_count`, whole numbers.
        bins_per_unit : float
            Bins to one unit of the logarithm; a cell's spend is the middle of its bin.
        """
        keys = ["purchase_count", "spend_bin"]
        counted = cells.groupby(keys, sort=True)["customer_count"].sum().reset_index()
        purchases, bins, customers = counted.to_numpy(dtype=np.float64).T.copy()
        return cls(purchases, np.exp((bins + 0.5) / bins_per_unit), customers)


def log_likelihood(parameters: Floats, lattice: SpendLattice) -> tuple[float, Floats]:
    """Return the log-likelihood of all customers, and its gradient.

    A purchase is ``Gamma(p, nu)`` and ``nu ~ Gamma(q, gamma)`` by customer. With the mean m of x
    purchases::

        L = G(px+q) / (G(px) G(q)) * gamma^q m^(px-1) x^(px) / (gamma + m x)^(px+q)

    References
    ----------
    Fader, P. S., Hardie, B. G. S. (2013). The Gamma-Gamma Model of Monetary Value, equation 1a.
    """
    p, q, gamma = parameters
    x, spend, weight = lattice.purchases, lattice.spend, lattice.customers
    shape = p * x
    log_all = np.log(gamma + spend * x)
    log_sum = np.log(spend * x)
    value = (
        gammaln(shape + q)
        - gammaln(shape)
        - gammaln(q)
        + q * np.log(gamma)
        + shape * log_sum
        - np.log(spend)
        - (shape + q) * log_all
    )
    both = digamma(shape + q)
    by_p = x * (both - digamma(shape) + log_sum - log_all)
    by_q = both - digamma(q) + np.log(gamma) - log_all
    by_gamma = q / gamma - (shape + q) / (gamma + spend * x)
    gradient = np.array([(weight * part).sum() for part in (by_p, by_q, by_gamma)])
    return float((weight * value).sum()), gradient


def fit(lattice: SpendLattice) -> Fit:
    """Fit by maximum likelihood.

    Raises
    ------
    NotConvergedError
        If the data do not say what the parameters are; also where no mean exists (q at most 1).
    """
    typical = float(np.exp(np.average(np.log(lattice.spend), weights=lattice.customers)))
    return maximize(
        lambda parameters: log_likelihood(parameters, lattice),
        NAMES,
        scale=float(lattice.customers.sum()),
        start=np.array([3.0, 3.0, typical]),
    )
