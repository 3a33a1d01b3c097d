"""The one place that knows the frames of each warehouse: what `dbt.ref` returns, what one takes."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["returns_native", "to_arrow", "to_pandas"]

_TO_ARROW = ("to_arrow_table", "to_arrow")  # DuckDB, BigFrames
_TO_PANDAS = "toPandas"  # Spark

# What a model's yml calls a column's type, without digits, as BigQuery will have it.
_ARROW_TYPES = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "int64": pa.int64(),
    "float": pa.float64(),
    "float64": pa.float64(),
    "boolean": pa.bool_(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "numeric": pa.decimal128(38, 9),
}


def to_pandas(relation: Any) -> pd.DataFrame:
    """Return `relation`, as `dbt.ref` gave it, as a pandas frame.

    Its types do not depend on the warehouse: decimals are floats, dates are timestamps at midnight,
    timestamps are UTC without a zone, and whole numbers stay whole where some are missing. Rows are
    sorted by their columns from the left: a warehouse returns them in any order, and the last
    digits of a fit would hang on it.

    Parameters
    ----------
    relation : Any
        A pandas frame, an Arrow table, or a relation of DuckDB, BigFrames or Spark.

    Raises
    ------
    TypeError
        If it is none of these.
    """
    # A frame first: a column may have any name, and pandas shows columns as attributes.
    if isinstance(relation, pd.DataFrame):
        return relation
    if isinstance(relation, pa.Table):
        return _pandas_of(relation)
    for conversion in _TO_ARROW:
        if hasattr(relation, conversion):
            return _pandas_of(getattr(relation, conversion)())
    if hasattr(relation, _TO_PANDAS):
        return _pandas_of(pa.Table.from_pandas(relation.toPandas(), preserve_index=False))
    raise TypeError(
        f"dbt.ref returned {type(relation).__name__}, which is no frame that Onemart knows; "
        f"it has none of the methods {', '.join(_TO_ARROW)} and {_TO_PANDAS}."
    )


def _pandas_of(table: pa.Table) -> pd.DataFrame:
    usual = pa.schema([(field.name, _usual(field.type)) for field in table.schema])
    masked = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    rows = table.cast(usual).sort_by([(name, "ascending") for name in usual.names])
    frame: pd.DataFrame = rows.to_pandas(types_mapper=masked.get)
    return frame


def _usual(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return pa.float64()
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    return kind


def to_arrow(frame: pd.DataFrame, columns: Mapping[str, str]) -> pa.Table:
    """Return `frame` as a table of exactly these columns; what is missing is null.

    Parameters
    ----------
    columns : Mapping
        Type of each column as a model's yml names it: string, bigint, float, boolean, date,
        timestamp (UTC) or numeric.

    Raises
    ------
    ValueError
        If the frame has other columns, a value is not of its type, or a number is infinite, which
        BigQuery's loads refuse.
    """
    if sorted(frame.columns) != sorted(columns):
        raise ValueError(
            f"the frame has the columns {', '.join(map(str, frame.columns))}; "
            f"the model's yml describes {', '.join(columns)}"
        )
    arrays = {name: _array(frame[name], kind) for name, kind in columns.items()}
    return pa.table(arrays)


def _array(values: pd.Series, kind: str) -> pa.Array:
    wanted = _ARROW_TYPES.get(kind.lower().split("(")[0].strip())
    if wanted is None:
        raise ValueError(
            f"column {values.name} has the type {kind}; it can have {', '.join(_ARROW_TYPES)}"
        )
    try:
        array = pa.array(values, from_pandas=True)
        if pa.types.is_timestamp(array.type):
            array = array.cast(pa.timestamp("us", array.type.tz))
        array = array.cast(wanted)
    except pa.ArrowException as error:
        raise ValueError(f"column {values.name} is no {kind}: {error}") from error
    if not pa.types.is_floating(wanted):
        return array
    if pc.any(pc.is_inf(array)).as_py():
        raise ValueError(f"column {values.name} holds infinity; an open end is null")
    return pc.if_else(pc.is_nan(array), None, array)


def returns_native(model: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Let a model that returns a pandas frame return one of its session, where that needs it."""

    @wraps(model)
    def returning(dbt: Any, session: Any) -> Any:
        frame = model(dbt, session)
        # BigFrames writes its own frames only.
        return session.read_pandas(frame) if hasattr(session, "read_pandas") else frame

    return returning
