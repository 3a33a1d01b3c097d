"""Recency, frequency and monetary scores from histograms."""

import numpy as np
import pandas as pd

__all__ = ["score_ranges"]

_LOWER_IS_BETTER = frozenset({"recency"})
_RANGES = {
    "as_of_date": "date32[pyarrow]",
    "measure": "str",
    "score": "int64",
    "value_from": "Float64",
    "value_before": "Float64",
}


def score_ranges(histograms: pd.DataFrame, *, score_count: int) -> pd.DataFrame:
    """Split each measure, as of each date, into ranges that hold about equally many customers.

    The best range gets `score_count`, the worst 1. A value is never split: customers with equal
    values get equal scores, so a heavily tied measure can have fewer ranges than scores. A value
    stands where the middle of its customers does: with `below` customers at lower values, `here`
    at the value and `all` together, in place ``floor(score_count * (below + here / 2) / all)``.

    Parameters
    ----------
    histograms : pandas.DataFrame
        Columns `as_of_date` (date or datetime64), `measure` (str), `measure_value` (float, finite,
        the measure's own unit) and `customer_count` (int, > 0); one row per date, measure and
        value. Lower is better for `recency`, higher for any other measure.
    score_count : int
        Number of scores, at least 2.

    Returns
    -------
    pandas.DataFrame
        Columns `as_of_date`, `measure`, `score` (1..score_count), `value_from` (inclusive) and
        `value_before` (exclusive), sorted by date, measure and score. An open end is missing. The
        ranges of a measure and date cover all values without gap or overlap. No histogram gives no
        rows.

    Raises
    ------
    ValueError
        If `score_count` is below 2.

    References
    ----------
    Hughes, A. M. (1994). *Strategic Database Marketing*, on quintile coding.

    Examples
    --------
    >>> counts = pd.DataFrame(
    ...     {"measure": "frequency", "measure_value": [1.0, 2.0, 3.0], "customer_count": [6, 2, 2]}
    ... ).assign(as_of_date=pd.Timestamp("2017-03-31"))
    >>> score_ranges(counts, score_count=2)[["score", "value_from", "value_before"]]
       score  value_from  value_before
    0      1        <NA>           2.0
    1      2         2.0          <NA>
    """
    if score_count < 2:
        raise ValueError(f"score_count is {score_count}; RFM needs at least 2 scores")
    ranges = [
        _ranges_of_one(str(measure), counts, score_count)
        for (_, measure), counts in histograms.groupby(["as_of_date", "measure"])
    ]
    # Without a histogram the columns still have their types.
    nothing = pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in _RANGES.items()})
    together = pd.concat(ranges, ignore_index=True) if ranges else nothing
    typed = together[list(_RANGES)].astype(_RANGES)
    return typed.sort_values(["as_of_date", "measure", "score"], ignore_index=True)


def _ranges_of_one(measure: str, counts: pd.DataFrame, score_count: int) -> pd.DataFrame:
    counts = counts.sort_values("measure_value")
    customers = counts["customer_count"].astype("int64")
    middle = customers.cumsum() - customers / 2
    place = np.floor(score_count * middle / customers.sum()).astype("int64")
    starts = counts["measure_value"].groupby(place).min()
    edges = pd.array([None, *starts.iloc[1:], None], dtype="Float64")
    score = starts.index.to_numpy() + 1
    return pd.DataFrame(
        {
            "as_of_date": counts["as_of_date"].iloc[0],
            "measure": measure,
            "score": score_count + 1 - score if measure in _LOWER_IS_BETTER else score,
            "value_from": edges[:-1],
            "value_before": edges[1:],
        }
    )
