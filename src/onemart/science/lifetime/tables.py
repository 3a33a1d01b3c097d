"""What the chosen model says of any customer, tabulated for SQL to join."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from onemart.science.lifetime import grid
from onemart.science.lifetime.lattice import DAYS_OF_A_WEEK, Floats
from onemart.science.lifetime.value import PURCHASE_MODELS

__all__ = ["forecasts", "ranges", "survival"]

VALUE_WEEKS = 156
HORIZONS = (4, 13, 26, 52, VALUE_WEEKS)
RANGE_HORIZONS = (13, 52, VALUE_WEEKS)
_WEEKS_OF_A_YEAR = 52
ALIVE_STEPS = 20
_RANGE = (0.1, 0.9)
# Ends are whole up to 20, and to the next tenth above.
_STEPS_OF_A_COUNT = 10

Tabulate = Callable[[str, Floats, int, int], pd.DataFrame]


def survival(parameters: pd.DataFrame, extents: pd.DataFrame) -> pd.DataFrame:
    """Tabulate what p_alive is computed from, by frequency and time.

    ``p_alive(x, t, T) = 1 / (1 + exp(ended(x, t) - alive(x, T)) - exp(ended(x, T) - alive(x, T)))``
    where the last term is there only if a customer can leave at any time (Pareto/NBD): a row is
    joined by recency, and one by age. Logs, so that nothing overflows.

    Parameters
    ----------
    parameters : pandas.DataFrame
        As `fit_lifetime_value` returns them.
    extents : pandas.DataFrame
        One row per purpose: `fitted_for`, `greatest_frequency_count`, `greatest_age_day_count`.

    Returns
    -------
    pandas.DataFrame
        `fitted_for`, `frequency_count`, `day_count`, `log_ended` (missing: not possible),
        `log_alive` and `log_left_later` (`log_ended`, where leaving is possible at any time). A
        purpose without a chosen model has no rows.
    """

    def tabulate(name: str, found: Floats, frequency: int, days: int) -> pd.DataFrame:
        x, day = _crossed(grid.frequency_steps(frequency), grid.day_steps(days))
        ended, alive = PURCHASE_MODELS[name].log_ended(found, x, day / DAYS_OF_A_WEEK)
        ended = np.where(np.isfinite(ended), ended, np.nan)
        later = ended if name == "pareto_nbd" else np.full(len(x), np.nan)
        columns = {"log_ended": ended, "log_alive": alive, "log_left_later": later}
        return _table(x, {"day_count": day}, columns)

    columns = ["day_count", "log_ended", "log_alive", "log_left_later"]
    return _by_purpose(parameters, extents, tabulate, columns)


def forecasts(
    parameters: pd.DataFrame, extents: pd.DataFrame, *, yearly_discount_rate: float
) -> pd.DataFrame:
    """Tabulate the purchases to expect of who is a customer yet, by frequency and age.

    Parameters
    ----------
    parameters, extents : pandas.DataFrame
        As for `survival`.
    yearly_discount_rate : float
        A purchase u weeks ahead counts ``(1 + rate)^-(u / 52)``.

    Returns
    -------
    pandas.DataFrame
        `fitted_for`, `frequency_count`, `age_week_count`, `purchases_4_weeks` to
        `purchases_156_weeks`, and `discounted_purchases`: those of 156 weeks, each quarter's
        discounted from its middle.
    """

    def tabulate(name: str, found: Floats, frequency: int, days: int) -> pd.DataFrame:
        x, week = _crossed(grid.frequency_steps(frequency), grid.weeks_until(days))
        expect = PURCHASE_MODELS[name].expected_if_alive
        columns = {f"purchases_{h}_weeks": expect(found, x, week, float(h)) for h in HORIZONS}
        ends = np.arange(13.0, VALUE_WEEKS + 1, 13)
        until = np.stack([expect(found, x, week, float(end)) for end in ends])
        in_quarter = np.diff(until, axis=0, prepend=0.0)
        factors = (1 + yearly_discount_rate) ** -((ends - 6.5) / _WEEKS_OF_A_YEAR)
        columns["discounted_purchases"] = factors @ in_quarter
        return _table(x, {"age_week_count": week}, columns)

    columns = ["age_week_count", *[f"purchases_{h}_weeks" for h in HORIZONS]]
    return _by_purpose(parameters, extents, tabulate, [*columns, "discounted_purchases"])


def ranges(parameters: pd.DataFrame, extents: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the range that holds 80 % of what can come, by frequency, age and p_alive.

    A customer makes more than y purchases with probability ``p_alive * P(Y > y | alive)``. The
    lower end is the smallest y that is exceeded with probability at most 0.9, the upper end the
    smallest exceeded with at most 0.1; counts are whole, above 20 rounded up to a tenth, so that a
    range holds at least 80 %.

    Parameters
    ----------
    parameters, extents : pandas.DataFrame
        As for `survival`.

    Returns
    -------
    pandas.DataFrame
        `fitted_for`, `frequency_count`, `age_week_count`, `alive_step` (p_alive in twentieths) and
        `purchases_13_weeks_lower`, `_upper`, and the same of 52 and 156 weeks.
    """

    def tabulate(name: str, found: Floats, frequency: int, days: int) -> pd.DataFrame:
        x, week = _crossed(grid.frequency_steps(frequency), grid.age_steps(days))
        steps = np.arange(ALIVE_STEPS + 1)
        columns = {}
        for horizon in RANGE_HORIZONS:
            ends = _ends(name, found, x, week, float(horizon))
            for side, end in zip(("lower", "upper"), ends, strict=True):
                columns[f"purchases_{horizon}_weeks_{side}"] = end.ravel()
        where = {
            "age_week_count": np.repeat(week, len(steps)),
            "alive_step": np.tile(steps, len(x)).astype(np.float64),
        }
        return _table(np.repeat(x, len(steps)), where, columns, whole=True)

    ends = [f"purchases_{h}_weeks_{side}" for h in RANGE_HORIZONS for side in ("lower", "upper")]
    columns = ["age_week_count", "alive_step", *ends]
    return _by_purpose(parameters, extents, tabulate, columns, whole=True)


def _ends(name: str, found: Floats, x: Floats, week: Floats, horizon: float) -> list[Floats]:
    """Return lower and upper ends, one row a cell, one column a step of p_alive."""
    alive = np.arange(ALIVE_STEPS + 1) / ALIVE_STEPS
    lower, upper = (np.full((len(x), len(alive)), -1.0) for _ in range(2))
    open_cells = np.arange(len(x))
    purchases = 0
    while len(open_cells):
        more = PURCHASE_MODELS[name].more_than_if_alive(
            found, x[open_cells], week[open_cells], horizon, np.float64(purchases)
        )
        exceeded = more[:, None] * alive
        for end, share in ((lower, _RANGE[1]), (upper, _RANGE[0])):
            now = end[open_cells]
            end[open_cells] = np.where((now < 0) & (exceeded <= share), purchases, now)
        # Nobody's range ends above that of a customer who is alive for certain.
        open_cells = open_cells[upper[open_cells, -1] < 0]
        purchases += max(1, purchases // _STEPS_OF_A_COUNT)
    return [lower, upper]


def _crossed(first: Floats | grid.Steps, second: Floats | grid.Steps) -> tuple[Floats, Floats]:
    crossed = np.meshgrid(first.astype(np.float64), second.astype(np.float64), indexing="ij")
    return crossed[0].ravel(), crossed[1].ravel()


def _table(
    frequency: Floats, where: dict[str, Floats], columns: dict[str, Floats], *, whole: bool = False
) -> pd.DataFrame:
    kind = pd.Int64Dtype() if whole else pd.Float64Dtype()
    keys = {"frequency_count": frequency, **where}
    # Through pandas, so that what is not there is missing, never NaN.
    return pd.DataFrame(
        {name: pd.Series(values).astype("int64") for name, values in keys.items()}
        | {name: pd.Series(values).astype(kind) for name, values in columns.items()}
    )


def _by_purpose(
    parameters: pd.DataFrame,
    extents: pd.DataFrame,
    tabulate: Tabulate,
    columns: list[str],
    *,
    whole: bool = False,
) -> pd.DataFrame:
    """Return the tables of all purposes that have a chosen model."""
    told = []
    for purpose, (name, found) in sorted(grid.chosen_models(parameters).items()):
        extent = extents.loc[extents["fitted_for"] == purpose].iloc[0]
        table = tabulate(
            name,
            found,
            int(extent["greatest_frequency_count"]),
            int(extent["greatest_age_day_count"]),
        )
        table.insert(0, "fitted_for", purpose)
        told.append(table)
    if told:
        return pd.concat(told, ignore_index=True).astype({"fitted_for": "str"})
    keys = {"age_week_count", "day_count", "alive_step"}
    kinds = {name: "int64" if whole or name in keys else "Float64" for name in columns}
    types = {"fitted_for": "str", "frequency_count": "int64", **kinds}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})
