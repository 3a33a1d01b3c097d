"""Python models on BigQuery run here: read through the client, written by a counted load."""

import io
import subprocess
import sys
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from onemart.errors import OnemartError
from onemart.verify.emulator_server import EmulatorServer

# What dbt puts behind the code of a model, as far as it is needed here.
DBT = "class dbtObj:\n    def __init__(self, read):\n        self.ref = read\n"
ALL_TYPES = {
    "units": "bigint",
    "share": "float",
    "text": "string",
    "is_new": "boolean",
    "day": "date",
    "seen_at": "timestamp",
    "money": "numeric(28,6)",
}
FRAME = """
from datetime import date, datetime
from decimal import Decimal
import pandas as pd

def model(dbt, session):
    return pd.DataFrame({
        "units": pd.array([2**62, None, -1], dtype="Int64"),
        "share": [0.1, float("nan"), 1e-300],
        "text": ["two\\nlines, \\"quoted\\" \\\\N é", None, ""],
        "is_new": pd.array([True, None, False], dtype="boolean"),
        "day": [date(2017, 2, 28), None, date(1999, 12, 31)],
        "seen_at": [datetime(2017, 1, 1, 23, 59, 59, 123456), None, datetime(1999, 12, 31)],
        "money": [Decimal("0.1"), None, Decimal("-12345678901234567.89")],
    })
"""
COPY = """
def model(dbt, session):
    return dbt.ref("{source}").to_pandas()
"""


class Shop:
    """Datasets of the emulator, and models that run in them."""

    def __init__(self, emulator: EmulatorServer) -> None:
        self.endpoint = emulator.endpoint
        self.prefix = f"fit_{uuid.uuid4().hex[:8]}"
        self.client = bigquery.Client(
            project="onemart",
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
            client_options={"api_endpoint": self.endpoint},
        )
        self.rows(f"create schema `onemart`.`{self.prefix}_science`")

    def rows(self, sql: str) -> list[dict[str, Any]]:
        return [dict(row.items()) for row in self.client.query(sql).result()]

    def named(self, table: str) -> str:
        return f"onemart.{self.prefix}_science.{table}"

    def fit(
        self,
        code: str,
        columns: dict[str, str | None],
        *,
        bound: int | None = 10,
        target: str = "emulator",
    ) -> None:
        """Run a model as dbt would have it run."""
        from dbt.adapters.bigquery import BigQueryCredentials

        from onemart.warehouse.in_process import InProcessHelper

        credentials = BigQueryCredentials.from_dict(
            {
                "method": "oauth-secrets",
                "token": "any",
                "database": "onemart",
                "schema": self.prefix,
                "api_endpoint": self.endpoint,
            }
        )
        node = {
            "name": "fit",
            "alias": "fit",
            "schema": f"{self.prefix}_science",
            "original_file_path": "python_models/trial/fit.py",
            "config": {"meta": {} if bound is None else {"largest_input_row_count": bound}},
            "columns": {name: {"data_type": kind} for name, kind in columns.items()},
        }
        InProcessHelper(node, credentials, target_name=target).submit(code + DBT)


@pytest.fixture
def shop(emulator: EmulatorServer) -> Shop:
    return Shop(emulator)


def test_every_type_survives_and_what_is_missing_is_null(shop: Shop) -> None:
    shop.fit(FRAME, ALL_TYPES)
    rows = shop.rows(f"select * from `{shop.named('fit')}`")
    assert len(rows) == 3
    by_day = {row["day"]: row for row in rows}
    assert by_day[date(2017, 2, 28)] == {
        "units": 2**62,
        "share": 0.1,
        "text": 'two\nlines, "quoted" \\N é',
        "is_new": True,
        "day": date(2017, 2, 28),
        "seen_at": datetime(2017, 1, 1, 23, 59, 59, 123456, tzinfo=UTC),
        "money": Decimal("0.1"),
    }
    assert by_day[date(1999, 12, 31)] == {
        "units": -1,
        "share": 1e-300,
        "text": "",
        "is_new": False,
        "day": date(1999, 12, 31),
        "seen_at": datetime(1999, 12, 31, tzinfo=UTC),
        "money": Decimal("-12345678901234567.89"),
    }
    assert set(by_day[None].values()) == {None}


def test_a_frame_without_rows_keeps_its_types(shop: Shop) -> None:
    shop.fit(FRAME.replace("})\n", "}).head(0)\n"), ALL_TYPES)
    table = shop.client.get_table(shop.named("fit"))
    assert table.num_rows == 0
    assert {field.name: field.field_type for field in table.schema} == {
        "units": "INTEGER",
        "share": "FLOAT",
        "text": "STRING",
        "is_new": "BOOLEAN",
        "day": "DATE",
        "seen_at": "TIMESTAMP",
        "money": "NUMERIC",
    }


def test_a_model_that_runs_again_replaces_its_table(shop: Shop) -> None:
    shop.fit(FRAME, ALL_TYPES)
    shop.fit("def model(dbt, session):\n    import pandas as pd\n"
             "    return pd.DataFrame({'share': [0.5]})\n", {"share": "float"})  # fmt: skip
    assert shop.rows(f"select * from `{shop.named('fit')}`") == [{"share": 0.5}]


def test_an_input_is_read_up_to_its_bound_and_no_further(shop: Shop) -> None:
    source = shop.named("source")
    shop.rows(f"create table `{source}` as select x as units from unnest([1, 2, 3]) as x")
    shop.fit(COPY.format(source=source), {"units": "bigint"}, bound=3)
    assert len(shop.rows(f"select * from `{shop.named('fit')}`")) == 3
    with pytest.raises(Exception, match=r"source has more than 2 rows.*Let SQL bound it"):
        shop.fit(COPY.format(source=source), {"units": "bigint"}, bound=2)


@pytest.mark.parametrize("code, columns, bound, told", [
    (FRAME, ALL_TYPES, None, r"fit\.py reads its inputs into memory\. Say in .*largest_input_row"),
    (FRAME, {"units": None}, 10, r"fit\.py becomes a table by the types .* data_type to units"),
    (FRAME, {}, 10, "data_type to each of its columns"),
    (FRAME, {"units": "bigint"}, 10, "Python model fit: the frame has the columns units, share"),
    (FRAME.replace("1e-300", "float('inf')"), ALL_TYPES, 10, "column share holds infinity"),
    ("def model(dbt, session):\n    raise KeyError('no such measure')\n", ALL_TYPES, 10,
     r"(?s)Python model failed:.*fit\.py.*no such measure"),
    (COPY.format(source="onemart.nowhere.none"), ALL_TYPES, 10, "Not found|nowhere"),
])  # fmt: skip
def test_a_model_that_cannot_run_says_why_and_writes_nothing(
    shop: Shop, code: str, columns: dict[str, str | None], bound: int | None, told: str
) -> None:
    from dbt_common.exceptions import DbtRuntimeError

    with pytest.raises(DbtRuntimeError, match=told) as raised:
        shop.fit(code, columns, bound=bound)
    assert not isinstance(raised.value, OnemartError)
    assert list(shop.client.list_tables(f"{shop.prefix}_science")) == []


def test_the_service_is_sent_a_file_with_a_schema_and_asked_what_it_holds(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []

    class Service(bigquery.Client):
        def __init__(self) -> None:
            super().__init__("onemart", AnonymousCredentials())  # type: ignore[no-untyped-call]

        def load_table_from_file(self, file: Any, table: str, **options: Any) -> Any:
            sent.append((table, pq.read_table(io.BytesIO(file.read())), options["job_config"]))
            return SimpleNamespace(result=lambda: None)

        def query_and_wait(self, query: str, **_: Any) -> Any:
            sent.append(query)
            return [{"n": 3}]

    monkeypatch.setattr("onemart.warehouse.in_process.create_bigquery_client", lambda _: Service())
    shop.fit(FRAME, ALL_TYPES, target="bigquery")
    (table, rows, job), query = sent
    assert table == f"{shop.prefix}_science.fit"
    assert {field.name: field.field_type for field in job.schema} == {
        "units": "INT64",
        "share": "FLOAT64",
        "text": "STRING",
        "is_new": "BOOL",
        "day": "DATE",
        "seen_at": "TIMESTAMP",
        "money": "NUMERIC",
    }
    assert job.write_disposition == "WRITE_TRUNCATE"
    assert rows["share"].to_pylist() == [0.1, None, 1e-300]
    assert "count(*)" in query
    assert job.labels["onemart_model"] == "fit"


def test_the_plugin_adds_the_way_once() -> None:
    from dbt.adapters.bigquery import BigQueryAdapter

    from dbt_onemart import OnemartPlugin

    adapter_class: Any = BigQueryAdapter
    OnemartPlugin("onemart")
    once = adapter_class.python_submission_helpers
    OnemartPlugin("onemart")
    assert adapter_class.python_submission_helpers is once
    adapter = SimpleNamespace(config=SimpleNamespace(target_name="bigquery"))
    assert set(once.fget(adapter)) == {"in_process", "bigframes", "serverless", "cluster"}


def test_on_duckdb_the_plugin_imports_nothing_of_bigquery() -> None:
    code = (
        "import sys; from dbt_onemart import OnemartPlugin; OnemartPlugin('onemart');"
        "print([name for name in sys.modules if 'bigquery' in name or name == 'pandas'])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
