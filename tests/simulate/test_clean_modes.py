"""Clean modes follow their estimator: who knows the model finds the parameters again."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import gammainc, gammaln
from tests.simulate.telling import END, Told

from onemart.science.lifetime import bg_nbd, gamma_gamma, pareto_nbd
from onemart.science.lifetime.gamma_gamma import SpendLattice
from onemart.science.lifetime.lattice import PurchaseLattice

A_YEAR_AGO = date(2024, 1, 15)
SUMMARIES = """
select
    count(*) - 1 as repeat_count,
    date_diff('second', min(ordered_at), max(ordered_at)) / 604800 as recency,
    date_diff('second', min(ordered_at), timestamp '{end}') / 604800 as age
from {orders}
group by customer_id
"""


def purchases_of(told: Told) -> PurchaseLattice:
    """Return the customers as an estimator sees them, their times in weeks to the second."""
    rows = told.ask(SUMMARIES.format(end=END, orders=told.plan("orders")))
    frequency, recency, age = np.array(rows, dtype=float).T
    return PurchaseLattice(frequency, recency, age, np.ones(len(rows)))


def truth_of(told: Told) -> dict[Any, Any]:
    return dict(told.ask(f"select name, value from {told.truth('parameters')}"))


def test_bgnbd_and_gammagamma_are_recovered(tmp_path: Path) -> None:
    told = Told(tmp_path, customers=8000, first=A_YEAR_AGO, mode="bgnbd")
    lattice, truth = purchases_of(told), truth_of(told)
    assert lattice.total == 8000
    found = bg_nbd.fit(lattice)
    for name, value in found.parameters.items():
        assert value == pytest.approx(truth[name], rel=0.35), found
    spent = np.array(
        told.ask(
            "select count(*), avg(total_amount::double)"
            f" from {told.plan('orders')} group by customer_id"
        )
    )
    found = gamma_gamma.fit(SpendLattice(*spent.T, np.ones(len(spent))))
    for name, value in found.parameters.items():
        assert value == pytest.approx(truth[name], rel=0.15), found
    # Whoever orders more often spends neither more nor less on an order.
    assert abs(np.corrcoef(spent[:, 0], np.log(spent[:, 1]))[0, 1]) < 0.05


def test_paretonbd_customers_live_and_buy_as_it_assumes(tmp_path: Path) -> None:
    told = Told(tmp_path, customers=4000, first=A_YEAR_AGO, mode="paretonbd")
    bought, expected, after_death = told.ask(
        f"""
        with bought as (
            select customer_id, count(*) - 1 as repeat_count, max(ordered_at) as last_at
            from {told.plan("orders")}
            group by customer_id
        )
        select
            sum(repeat_count),
            sum(
                weekly_rate / 604800
                * date_diff('second', joined_at, least(dies_at, timestamp '{END}'))
            ),
            count(*) filter (last_at > dies_at)
        from bought
        inner join {told.truth("rates")} as rates on bought.customer_id = rates.customer_id
        """
    )[0]
    # A Poisson number of this size is within 4 % of its mean in all but one case in ten thousand.
    assert expected > 10_000  # type: ignore[operator]
    assert bought == pytest.approx(expected, rel=0.04)
    assert after_death == 0
    found, truth = pareto_nbd.fit(purchases_of(told)), truth_of(told)
    for name, value in found.parameters.items():
        assert abs(value - truth[name]) < 3.5 * found.errors[name], found
    for name in ("r", "alpha"):
        assert found.parameters[name] == pytest.approx(truth[name], rel=0.35), found


def censored_poisson_negative_log_likelihood(
    parameters: np.ndarray, sold: np.ndarray, price: np.ndarray, is_sold_out: np.ndarray
) -> float:
    """Sales that end at an empty shelf say only that no less was wanted."""
    log_rate, elasticity = parameters
    mean = np.exp(log_rate - elasticity * np.log(price))
    exactly = sold * np.log(mean) - mean - gammaln(sold + 1)
    at_least = np.log(np.maximum(gammainc(np.maximum(sold, 1), mean), 1e-300))
    return -float(np.where(is_sold_out, at_least, exactly).sum())


def test_demand_is_recovered_from_censored_sales(tmp_path: Path) -> None:
    told = Told(tmp_path, customers=100, first=A_YEAR_AGO, mode="demand")
    truth: list[tuple[Any, ...]]
    truth = told.ask(f"select sku, base_rate, elasticity, level from {told.truth('demand')}")
    naive, found, planted = [], [], []
    for sku, rate, elasticity, level in truth:
        days = np.array(
            told.ask(
                "select sold_count, 1 - promotion_rate, sold_count = level"
                f" from {told.plan('daily_demand')} where sku = '{sku}'"
            ),
            dtype=float,
        )
        if len(days) < 300 or level < 5:
            continue
        fit = minimize(
            censored_poisson_negative_log_likelihood,
            np.array([0.0, 1.0]),
            args=tuple(days.T),
            method="Nelder-Mead",
        )
        found.append([np.exp(fit.x[0]) / rate, fit.x[1] - elasticity])
        naive.append(days[days[:, 1] == 1, 0].mean() / rate)
        planted.append(rate)
    assert len(planted) > 10
    rate_ratio, elasticity_error = np.mean(found, axis=0)
    assert rate_ratio == pytest.approx(1, abs=0.04)
    assert elasticity_error == pytest.approx(0, abs=0.15)
    # Whoever takes sales for demand finds too little.
    assert np.mean(naive) < 0.99


def test_snapshots_of_demand_add_up(tmp_path: Path) -> None:
    told = Told(tmp_path, (datetime(2024, 12, 1), END), customers=100, mode="demand")  # noqa: DTZ001
    paths = [str(file) for file in told.files("erp.inventory_snapshots")]
    assert not told.ask(
        "select * from (select *, lag(on_hand_unit_count, 1, 0) over"
        f" (partition by sku order by stock_date) as closed from read_parquet({paths}))"
        " where closed + received_unit_count - sold_unit_count <> on_hand_unit_count"
    )
