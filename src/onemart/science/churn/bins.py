"""Bins of whole numbers that hold about equally many customers."""

import numpy as np
import pandas as pd

from onemart.science.churn.additive import Ints

__all__ = ["bin_starts"]


def bin_starts(values: pd.Series, weights: pd.Series, *, bin_count: int) -> Ints:
    """Return the lowest value of each bin but the first, ascending.

    A value is never split: with `below` weight at lower values, `here` at the value and `all`
    together it falls in bin ``floor(bin_count * (below + here / 2) / all)``. Between two values a
    bin starts half way, so that a value that was not seen falls with its nearest.

    Parameters
    ----------
    values : pandas.Series
        Whole numbers; missing ones do not count.
    weights : pandas.Series
        Their weights, above 0, of the same index.
    bin_count : int
        Bins at most, at least 1.

    Examples
    --------
    >>> bin_starts(pd.Series([0, 0, 1, 9]), pd.Series([1, 1, 1, 1]), bin_count=2)
    array([1])
    """
    known = values.notna()
    by_value = weights[known].groupby(values[known].astype("int64")).sum().sort_index()
    if by_value.empty:
        return np.empty(0, dtype=np.int64)
    middle = by_value.cumsum() - by_value / 2
    place = np.floor(bin_count * middle / by_value.sum()).to_numpy(np.int64)
    seen = by_value.index.to_numpy(np.int64)
    opens = np.flatnonzero(np.diff(place)) + 1
    return np.asarray((seen[opens - 1] + seen[opens] + 1) // 2, dtype=np.int64)
