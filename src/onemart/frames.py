"""The one place that knows what `dbt.ref` returns on each warehouse."""

from typing import Any

import pandas as pd

__all__ = ["to_pandas"]

_CONVERSIONS = ("df", "to_pandas", "toPandas")  # DuckDB, BigFrames, Spark


def to_pandas(relation: Any) -> pd.DataFrame:
    """Return `relation`, as `dbt.ref` gave it, as a pandas frame.

    Parameters
    ----------
    relation : Any
        A pandas frame, or a relation of DuckDB, BigFrames or Spark.

    Raises
    ------
    TypeError
        If it is none of these.
    """
    # A frame first: a column may be called `df`, and pandas shows columns as attributes.
    if isinstance(relation, pd.DataFrame):
        return relation
    for conversion in _CONVERSIONS:
        if hasattr(relation, conversion):
            return pd.DataFrame(getattr(relation, conversion)())
    raise TypeError(
        f"dbt.ref returned {type(relation).__name__}, which is no frame that Onemart knows; "
        f"it has none of the methods {', '.join(_CONVERSIONS)}."
    )
