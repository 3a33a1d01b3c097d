"""Clean modes follow their estimator: who knows the model finds the parameters again."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import betaln, gammainc, gammaln
from tests.simulate.telling import END, Told

A_YEAR_AGO = date(2024, 1, 15)
SUMMARIES = """
select
    count(*) - 1 as repeat_count,
    date_diff('second', min(ordered_at), max(ordered_at)) / 604800 as recency,
    date_diff('second', min(ordered_at), timestamp '{end}') / 604800 as age
from {orders}
group by customer_id
"""


def bgnbd_negative_log_likelihood(
    logs: np.ndarray, x: np.ndarray, t: np.ndarray, age: np.ndarray
) -> float:
    """Fader, Hardie and Lee (2005), equation 6."""
    r, alpha, a, b = np.exp(logs)
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    stopped = betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) - (r + x) * np.log(alpha + t)
    likelihood = common + np.where(x > 0, np.logaddexp(alive, stopped), alive)
    return -float(likelihood.sum())


def gammagamma_negative_log_likelihood(
    logs: np.ndarray, count: np.ndarray, mean: np.ndarray
) -> float:
    """Fader and Hardie (2013), equation 1a."""
    p, q, gamma = np.exp(logs)
    likelihood = (
        gammaln(p * count + q)
        - gammaln(p * count)
        - gammaln(q)
        + q * np.log(gamma)
        + (p * count - 1) * np.log(mean)
        + p * count * np.log(count)
        - (p * count + q) * np.log(gamma + count * mean)
    )
    return -float(likelihood.sum())


def test_bgnbd_and_gammagamma_are_recovered(tmp_path: Path) -> None:
    told = Told(tmp_path, customers=8000, first=A_YEAR_AGO, mode="bgnbd")
    summaries = np.array(
        told.ask(SUMMARIES.format(end=END, orders=told.plan("orders"))), dtype=float
    )
    assert len(summaries) == 8000
    fit = minimize(
        bgnbd_negative_log_likelihood,
        np.zeros(4),
        args=tuple(summaries.T),
        method="Nelder-Mead",
        options={"maxiter": 2000, "xatol": 1e-4, "fatol": 1e-3},
    )
    truth = dict(told.ask(f"select name, value from {told.truth('parameters')}"))
    found = dict(zip(("r", "alpha", "a", "b"), np.exp(fit.x), strict=True))
    for name, value in found.items():
        assert value == pytest.approx(truth[name], rel=0.35), found
    spent = np.array(
        told.ask(
            "select count(*), avg(total_amount::double)"
            f" from {told.plan('orders')} group by customer_id"
        )
    )
    fit = minimize(
        gammagamma_negative_log_likelihood,
        np.ones(3),
        args=tuple(spent.T),
        method="Nelder-Mead",
        options={"maxiter": 2000, "xatol": 1e-4, "fatol": 1e-3},
    )
    found = dict(zip(("p", "q", "gamma"), np.exp(fit.x), strict=True))
    for name, value in found.items():
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
