"""All fits of lifetime value as one table of parameters, failures with their reasons."""

import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from onemart.science.lifetime import bg_nbd, gamma_gamma, margin, pareto_nbd
from onemart.science.lifetime.gamma_gamma import SpendLattice
from onemart.science.lifetime.lattice import PurchaseLattice
from onemart.science.lifetime.maximum_likelihood import Fit, NotConvergedError

__all__ = ["FITTED", "PURCHASE_MODELS", "fit_lifetime_value"]

FITTED = "fitted"
PURCHASE_MODELS = {"bg_nbd": bg_nbd, "pareto_nbd": pareto_nbd}
_FEWEST_CUSTOMERS, _FEWEST_BUYERS_AGAIN = 100, 20
_COLUMNS = {
    "fitted_for": "str",
    "model_name": "str",
    "parameter_name": "str",
    "estimate": "Float64",
    "standard_error": "Float64",
    "lower_estimate": "Float64",
    "upper_estimate": "Float64",
    "log_likelihood": "Float64",
    "customer_count": "Int64",
    "is_chosen": "boolean",
    "outcome": "str",
}
Row = dict[str, Any]


def fit_lifetime_value(
    purchases: pd.DataFrame,
    spends: pd.DataFrame,
    margins: pd.DataFrame,
    *,
    spend_bins_per_unit: float,
) -> pd.DataFrame:
    """Fit BG/NBD, Pareto/NBD, Gamma-Gamma and the margin rate for each purpose.

    Of the two models of purchases the one with the higher likelihood is chosen; both have four
    parameters, so that AIC and BIC agree. A model that cannot be fitted has one row, without a
    parameter, whose outcome says why.

    Parameters
    ----------
    purchases : pandas.DataFrame
        `fitted_for`, `frequency_count`, `recency_day_count`, `age_day_count`, `customer_count`.
    spends : pandas.DataFrame
        `fitted_for`, `purchase_count`, `spend_bin`, `customer_count`.
    margins : pandas.DataFrame
        `fitted_for`, `customer_count`, `net_sales_amount`, `gross_margin_amount`,
        `squared_margin_amount`; a row a bin of sales.
    spend_bins_per_unit : float
        Bins to one unit of the natural logarithm of spend.

    Returns
    -------
    pandas.DataFrame
        One row per purpose, model and parameter: `estimate`, `standard_error`, the 95 % interval
        `lower_estimate` to `upper_estimate`, the `log_likelihood` and `customer_count` of the fit,
        `is_chosen`, and `outcome`: fitted, or why not. No customers give no rows.
    """
    rows: list[Row] = []
    for purpose in sorted(purchases["fitted_for"].unique()):
        cells, spent, earned = (
            frame[frame["fitted_for"] == purpose] for frame in (purchases, spends, margins)
        )
        told = [
            *_purchase_rows(PurchaseLattice.from_frame(cells)),
            *_spend_rows(spent, spend_bins_per_unit),
            *_margin_rows(earned),
        ]
        rows += [{"fitted_for": purpose, **row} for row in told]
    table = pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)
    return table.sort_values(["fitted_for", "model_name", "parameter_name"], ignore_index=True)


def _purchase_rows(lattice: PurchaseLattice) -> list[Row]:
    if lattice.total < _FEWEST_CUSTOMERS or lattice.buyers_again < _FEWEST_BUYERS_AGAIN:
        why = (
            f"too few customers: {lattice.total:.0f}, of whom {lattice.buyers_again:.0f} came back;"
            f" {_FEWEST_CUSTOMERS} and {_FEWEST_BUYERS_AGAIN} are needed"
        )
        return [_failure(model, lattice.total, why) for model in PURCHASE_MODELS]
    fits: dict[str, Fit | str] = {
        name: _attempt(lambda module=module: module.fit(lattice))  # type: ignore[misc]
        for name, module in PURCHASE_MODELS.items()
    }
    likelihoods = {
        name: found.log_likelihood for name, found in fits.items() if isinstance(found, Fit)
    }
    best = max(likelihoods, key=lambda name: likelihoods[name], default=None)
    return [
        row
        for name, found in fits.items()
        for row in _rows(name, found, lattice.total, is_chosen=name == best)
    ]


def _spend_rows(cells: pd.DataFrame, bins_per_unit: float) -> list[Row]:
    customers = float(cells["customer_count"].sum())
    if customers < _FEWEST_CUSTOMERS:
        why = f"too few customers with spend above 0: {customers:.0f} of {_FEWEST_CUSTOMERS}"
        return [_failure("gamma_gamma", customers, why)]
    lattice = SpendLattice.from_frame(cells.drop(columns="fitted_for"), bins_per_unit=bins_per_unit)
    found = _attempt(lambda: gamma_gamma.fit(lattice))
    if isinstance(found, Fit) and found.parameters["q"] <= 1:
        found = "spend has no mean: q is at most 1"
    return _rows("gamma_gamma", found, customers, is_chosen=isinstance(found, Fit))


def _margin_rows(bins: pd.DataFrame) -> list[Row]:
    customers = float(bins["customer_count"].sum())
    try:
        found = margin.fit(bins)
    except ValueError as error:
        return [_failure("margin", customers, str(error))]
    values = {"rate": found.rate, "prior_spend": found.prior_spend}
    return [
        {
            "model_name": "margin",
            "parameter_name": name,
            # Where customers do not differ the prior spend has no end: it is missing.
            "estimate": value if math.isfinite(value) else None,
            "customer_count": int(customers),
            "is_chosen": True,
            "outcome": FITTED,
        }
        for name, value in values.items()
    ]


def _attempt(fit: Callable[[], Fit]) -> Fit | str:
    try:
        return fit()
    except NotConvergedError as error:
        return f"did not converge: {error}"


def _rows(model: str, found: Fit | str, customers: float, *, is_chosen: bool) -> list[Row]:
    if isinstance(found, str):
        return [_failure(model, customers, found)]
    return [
        {
            "model_name": model,
            "parameter_name": name,
            "estimate": estimate,
            "standard_error": found.errors[name],
            "lower_estimate": found.intervals[name][0],
            "upper_estimate": found.intervals[name][1],
            "log_likelihood": found.log_likelihood,
            "customer_count": int(customers),
            "is_chosen": is_chosen,
            "outcome": FITTED,
        }
        for name, estimate in found.parameters.items()
    ]


def _failure(model: str, customers: float, why: str) -> Row:
    return {
        "model_name": model,
        "parameter_name": "none",
        "customer_count": int(customers),
        "is_chosen": False,
        "outcome": why,
    }
