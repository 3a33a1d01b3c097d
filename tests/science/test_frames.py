"""Frames between warehouses and models: the same types everywhere, and no value lost."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from onemart.frames import returns_native, to_arrow, to_pandas

QUERY = """
    select * from (values
        (1::bigint, 1.5::decimal(10, 2), 0.5::double, 'a', true, date '2017-01-01',
            timestamp '2017-01-01 10:00:00'),
        (null, null, null, null, null, null, null)
    ) as rows(df, money, share, name, is_new, day, seen_at)
"""
EXPECTED = pd.DataFrame(
    {
        "df": pd.array([1, None], dtype="Int64"),
        "money": [1.5, np.nan],
        "share": [0.5, np.nan],
        "name": pd.array(["a", None], dtype="str"),
        "is_new": pd.array([True, None], dtype="boolean"),
        "day": pd.to_datetime(["2017-01-01", None]).as_unit("us"),
        "seen_at": pd.to_datetime(["2017-01-01 10:00:00", None]).as_unit("us"),
    }
)
TYPES = {
    "df": "bigint",
    "money": "numeric(28,6)",
    "share": "float",
    "name": "string",
    "is_new": "boolean",
    "day": "date",
    "seen_at": "timestamp",
}


class BigFrame:
    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def to_arrow(self) -> pa.Table:
        return self.table


class SparkFrame:
    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def toPandas(self) -> pd.DataFrame:  # noqa: N802  (Spark's name)
        return self.frame


def test_every_warehouse_gives_the_same_frame() -> None:
    with duckdb.connect() as connection:
        relation = connection.sql(QUERY)
        table = relation.to_arrow_table()
        # BigQuery's timestamps have a zone, and its decimals more digits.
        zoned = pa.schema([("seen_at", pa.timestamp("us", "UTC")), ("money", pa.decimal128(38, 9))])
        bigquery = table
        for field in zoned:
            place = bigquery.schema.get_field_index(field.name)
            column = bigquery[field.name].cast(field.type)
            bigquery = bigquery.set_column(place, field, column)
        for given in [relation, table, bigquery, BigFrame(bigquery), SparkFrame(EXPECTED)]:
            pd.testing.assert_frame_equal(to_pandas(given), EXPECTED)
    assert to_pandas(EXPECTED) is EXPECTED


def test_an_empty_relation_keeps_its_types() -> None:
    with duckdb.connect() as connection:
        empty = to_pandas(connection.sql(f"{QUERY} limit 0"))
    assert empty.empty
    assert empty.dtypes.to_dict() == EXPECTED.dtypes.to_dict()


def test_rows_come_sorted_whatever_their_order_in_the_warehouse() -> None:
    table = pa.table({"context": ["b", None, "a", "a"], "steps": [1, 2, 4, 3]})
    sorted_rows = to_pandas(table)
    assert sorted_rows["steps"].tolist() == [3, 4, 1, 2]
    pd.testing.assert_frame_equal(to_pandas(table.take([3, 1, 0, 2])), sorted_rows)


def test_what_is_no_frame_is_named() -> None:
    with pytest.raises(TypeError, match="returned list"):
        to_pandas([1, 2])


def test_a_frame_becomes_a_table_of_the_types_in_the_yml() -> None:
    table = to_arrow(EXPECTED, TYPES)
    assert dict(zip(table.column_names, map(str, table.schema.types), strict=True)) == {
        "df": "int64",
        "money": "decimal128(38, 9)",
        "share": "double",
        "name": "string",
        "is_new": "bool",
        "day": "date32[day]",
        "seen_at": "timestamp[us]",
    }
    row, empty = table.to_pylist()
    assert row == {
        "df": 1,
        "money": Decimal("1.5"),
        "share": 0.5,
        "name": "a",
        "is_new": True,
        "day": date(2017, 1, 1),
        "seen_at": datetime(2017, 1, 1, 10),  # noqa: DTZ001
    }
    assert set(empty.values()) == {None}
    assert to_arrow(EXPECTED.head(0), TYPES).schema == table.schema
    # Columns of an empty list of rows have no type of their own.
    assert to_arrow(pd.DataFrame([], columns=list(TYPES)), TYPES).schema == table.schema


@pytest.mark.parametrize("kind", ["float64", "Float64", "object"])
def test_what_is_not_a_number_is_null(kind: str) -> None:
    frame = pd.DataFrame({"share": pd.Series([0.5, np.nan, None]).astype(kind)})
    assert to_arrow(frame, {"share": "float"})["share"].to_pylist() == [0.5, None, None]


def test_a_masked_column_can_hold_what_is_not_a_number() -> None:
    share = pd.array([0.0, 1.0], dtype="Float64") / pd.array([0.0, 2.0], dtype="Float64")
    table = to_arrow(pd.DataFrame({"share": share}), {"share": "float"})
    assert table["share"].to_pylist() == [None, 0.5]


@pytest.mark.parametrize("values, kind, told", [
    ([1.0, np.inf], "float", "column c holds infinity; an open end is null"),
    ([-np.inf], "float", "holds infinity"),
    ([1.5], "bigint", "column c is no bigint"),
    (["many"], "float", "column c is no float"),
    ([Decimal("1e30")], "numeric", "column c is no numeric"),
    ([b"x"], "blob", "column c has the type blob"),
])  # fmt: skip
def test_what_bigquery_would_refuse_is_named(values: list[Any], kind: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        to_arrow(pd.DataFrame({"c": values}), {"c": kind})


def test_other_columns_than_those_described_are_named() -> None:
    with pytest.raises(ValueError, match="has the columns a; the model's yml describes a, b"):
        to_arrow(pd.DataFrame({"a": [1]}), {"a": "bigint", "b": "bigint"})


def test_only_bigframes_are_asked_to_take_the_frame() -> None:
    class Session:
        def read_pandas(self, frame: pd.DataFrame) -> tuple[str, pd.DataFrame]:
            return "taken", frame

    model = returns_native(lambda _dbt, _session: EXPECTED)
    assert model(None, Session()) == ("taken", EXPECTED)
    assert model(None, object()) is EXPECTED
