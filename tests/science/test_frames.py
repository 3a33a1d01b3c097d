import duckdb
import pandas as pd
import pytest

from onemart.frames import to_pandas

FRAME = pd.DataFrame({"df": [1, 2]})


class BigFrame:
    def to_pandas(self) -> pd.DataFrame:
        return FRAME


class SparkFrame:
    def toPandas(self) -> pd.DataFrame:  # noqa: N802  (Spark's name)
        return FRAME


def test_every_warehouse_gives_a_pandas_frame() -> None:
    with duckdb.connect() as connection:
        relation = connection.sql("select unnest([1, 2]::bigint[]) as df")
        for given in [FRAME, BigFrame(), SparkFrame(), relation]:
            pd.testing.assert_frame_equal(to_pandas(given), FRAME)


def test_what_is_no_frame_is_named() -> None:
    with pytest.raises(TypeError, match="returned list"):
        to_pandas([1, 2])
