"""Margin rates of customers, shrunk to the shop's by how much they bought."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = ["Margin", "fit"]

_FEWEST_BINS = 3
_REWEIGHTINGS = 10
_LEAST_SHARE = 1e-3  # of the deviation that is chance at least


@dataclass(frozen=True)
class Margin:
    """What a customer's margin rate is shrunk with.

    Attributes
    ----------
    rate : float
        Gross margin by net sales of the whole shop.
    prior_spend : float
        Net sales at which a customer's own rate counts half; infinite where customers do not differ
        by more than chance.
    """

    rate: float
    prior_spend: float


def fit(bins: pd.DataFrame) -> Margin:
    """Estimate the shop's rate and how far customers differ from it.

    The rate of a customer with sales S varies around the shop's by ``within / S + between``; so
    ``S * deviation^2`` has the mean ``within + between * S``, a straight line through the bins of
    sales, weighted by customers over the square of what the line says. A customer's shrunk rate is
    ``(margin + K * rate) / (S + K)`` with ``K = within / between`` (Buehlmann and Straub's
    credibility).

    Parameters
    ----------
    bins : pandas.DataFrame
        One row per bin of costed net sales: `customer_count`, and over its customers the sums
        `net_sales_amount` (S, above 0), `gross_margin_amount` (M) and `squared_margin_amount`
        (M^2 / S), in the shop's currency.

    Raises
    ------
    ValueError
        If there are fewer than 3 bins.

    References
    ----------
    Buehlmann, H., Gisler, A. (2005). *A Course in Credibility Theory*, chapter 4.
    """
    if len(bins) < _FEWEST_BINS:
        raise ValueError("too few customers whose sales have a known cost")
    columns = ["net_sales_amount", "gross_margin_amount", "squared_margin_amount"]
    sales, margin, squared = bins.sort_values("net_sales_amount")[columns].to_numpy(float).T
    customers = bins.sort_values("net_sales_amount")["customer_count"].to_numpy(float)
    rate = margin.sum() / sales.sum()
    mean_sales = sales / customers
    # The sum over a bin of S (M / S - rate)^2.
    deviation = (squared - 2 * rate * margin + rate**2 * sales) / customers
    # A bin's deviation varies with its own mean, which the line says: first as if all were chance.
    within, between = 1.0, 0.0
    for _ in range(_REWEIGHTINGS):
        weights = customers / (within + max(between, 0.0) * mean_sales) ** 2
        middle, height = (np.average(part, weights=weights) for part in (mean_sales, deviation))
        across = np.average((mean_sales - middle) ** 2, weights=weights)
        between = np.average((mean_sales - middle) * (deviation - height), weights=weights) / across
        within = max(height - between * middle, _LEAST_SHARE * height)
        if between <= 0:
            break
    if between <= 0:
        return Margin(float(rate), float("inf"))
    return Margin(float(rate), float(within / between))
