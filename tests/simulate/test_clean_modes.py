"""Clean modes follow their estimator: who knows the model finds the parameters again."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import betaln, gammaln
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


def test_bgnbd_is_recovered(tmp_path: Path) -> None:
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
