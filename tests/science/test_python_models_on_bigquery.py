"""The files of the RFM trio on a few orders: on DuckDB, on BigQuery, and as sent elsewhere."""

import json
import os
import shutil
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import duckdb
import pandas as pd
import pytest
import yaml
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from onemart.science.rfm import score_ranges
from onemart.verify.emulator_server import EmulatorServer

ROOT = Path(__file__).parents[2]
PARTS = (
    "dbt_project.yml", "profiles.yml", "packages.yml", "dbt_packages", "packages", "macros",
    "python_models/rfm", "models/_groups.yml", "models/docs", "models/marts/core/_core__docs.md",
    "models/science/rfm", "seeds/rfm_segments.csv", "seeds/rfm_segments.yml",
)  # fmt: skip
# What the trio reads and what its data tests look up, made by hand.
STAND_INS = {
    "int_business_dates_chosen": (
        "select date '2017-03-31' as business_date, date '2017-01-01' as opening_date"
    ),
    "dim_dates": " union all ".join(
        f"select date '2017-{day}' as date_day" for day in ("01-31", "02-28", "03-31")
    ),
    "int_orders_known": " union all ".join(
        f"select 'o{n}' as order_id, 'c{n}' as customer_id,"
        f" date '2017-{1 + n % 3:02}-{1 + n % 28:02}' as order_date,"
        f" date '2017-{1 + n % 3:02}-{1 + n % 28:02}' as known_from_date,"
        " cast(null as date) as known_to_date,"
        f" {n % 7 != 3} as has_sale, {n % 7 == 3} as has_return,"
        f" cast({(-1) ** (n % 7 == 3) * n * n}.25 as numeric) as net_sales_amount,"
        " 'EUR' as currency_code"
        for n in [*range(1, 60), *range(20, 40)]
    ),
    "dim_customers": " union all ".join(f"select 'c{n}' as customer_id" for n in range(1, 60)),
}
TABLES = {
    "science": ["int_customer_rfm_measures", "int_rfm_histograms", "rfm_cut_points"],
    "marts": ["fct_customer_rfm", "fct_customer_rfm_monthly", "rpt_rfm_migration"],
}

NO_TESTS = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
Build = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, but of its models only the trio."""
    folder = tmp_path_factory.mktemp("trio")
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    # No gate has been here, so there is no ledger for dbt to look at.
    settings = folder / "dbt_project.yml"
    told = yaml.safe_load(settings.read_text())
    settings.write_text(yaml.safe_dump({**told, "on-run-start": []}))
    for name, sql in STAND_INS.items():
        (folder / "models" / f"{name}.sql").write_text(sql)
    return folder


@pytest.fixture
def build(
    project: Path,
    tmp_path: Path,
    emulator: EmulatorServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Build:
    """Run dbt on a target; return the status of each node."""
    from dbt.cli.main import dbtRunner

    monkeypatch.setenv("ONEMART_EMULATOR", emulator.endpoint)
    monkeypatch.setenv("ONEMART_BIGQUERY_DATASET", f"trio_{uuid.uuid4().hex[:8]}")
    monkeypatch.setenv("ONEMART_WAREHOUSE", str(tmp_path / "trio.duckdb"))
    monkeypatch.setenv("ONEMART_PROJECT_DIR", str(ROOT))

    def run(target: str, *arguments: str) -> dict[str, str]:
        folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
        outputs = ["--target-path", str(tmp_path / target), "--log-path", str(tmp_path / "logs")]
        result = dbtRunner().invoke(["--quiet", *arguments, "--target", target, *folders, *outputs])
        assert result.exception is None, result.exception
        nodes = (told for told in result.result.results if told.node.resource_type != "operation")
        return {told.node.name: str(told.status) for told in nodes}

    return run


def on_duckdb(path: Path, schema: str, table: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path)) as connection:
        return connection.execute(f"select * from {schema}.{table}").fetchall()


def on_bigquery(endpoint: str, dataset: str, table: str) -> list[tuple[Any, ...]]:
    client = bigquery.Client(
        project="onemart",
        credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
        client_options={"api_endpoint": endpoint},
    )
    found = client.query(f"select * from `onemart`.`{dataset}`.{table}").result()
    return [tuple(row.values()) for row in found]


def test_sql_python_sql_gives_equal_rows_on_both_warehouses(
    build: Build, emulator: EmulatorServer, tmp_path: Path
) -> None:
    for target, *arguments in (("dev", "build", *NO_TESTS), ("emulator", "build")):
        statuses = build(target, *arguments)
        assert set(statuses.values()) <= {"success", "pass"}, statuses
        assert statuses["rfm_cut_points"] == "success"
    for schema, tables in TABLES.items():
        for table in tables:
            here = on_duckdb(tmp_path / "trio.duckdb", schema, table)
            dataset = f"{os.environ['ONEMART_BIGQUERY_DATASET']}_{schema}"
            there = on_bigquery(emulator.endpoint, dataset, table)
            assert here
            assert len(here) == len(there)
            # A decimal is equal whatever its digits, so rows are looked up and not sorted as text.
            assert set(here) == set(there)


# Elsewhere: the code that dbt would send is caught, and run where nothing but its frames is real.


class Bucket:
    """A bucket that keeps what is uploaded."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def get_bucket(self, name: str) -> "Bucket":
        assert name == "fits"
        return self

    bucket = get_bucket

    def blob(self, path: str) -> Any:
        return SimpleNamespace(
            upload_from_string=lambda text: self.files.update({path: text}),
            download_as_text=lambda: "{}",
        )


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Catch files and requests for Google's services."""
    from dbt.adapters.bigquery import python_submissions
    from google.cloud import aiplatform_v1

    # Importing all of it takes many seconds, and the adapter wants one name of it.
    states = SimpleNamespace(JobState=aiplatform_v1.JobState)
    monkeypatch.setitem(sys.modules, "google.cloud.aiplatform", SimpleNamespace(gapic=states))
    caught = SimpleNamespace(bucket=Bucket(), requests=[])

    def ask(request: Any) -> Any:
        caught.requests.append(request)
        return SimpleNamespace(
            operation=SimpleNamespace(name="jobs/1/operations/2"), result=lambda polling: polling
        )

    done = SimpleNamespace(job_state=states.JobState.JOB_STATE_SUCCEEDED, name="jobs/1")
    service = SimpleNamespace(
        create_batch=ask,
        create_notebook_execution_job=ask,
        get_notebook_execution_job=lambda name: done,  # noqa: ARG005
        list_notebook_runtime_templates=lambda request: [  # noqa: ARG005
            SimpleNamespace(name="notebookRuntimeTemplates/7")
        ],
    )
    for client in ("notebook", "dataproc_batch_controller"):
        monkeypatch.setattr(python_submissions, f"create_{client}_client", lambda *_: service)
    monkeypatch.setattr(python_submissions, "create_gcs_client", lambda _: caught.bucket)
    monkeypatch.setattr(
        python_submissions.BigFramesHelper,
        "_get_service_account_from_credentials",
        lambda _: "fit@onemart.example",
    )
    monkeypatch.setenv("ONEMART_BIGQUERY_BUCKET", "fits")
    monkeypatch.setenv("ONEMART_BIGQUERY_REGION", "europe-west1")
    return caught


def histograms() -> pd.DataFrame:
    values = [float(value) for value in range(10)]
    return pd.DataFrame(
        {
            "as_of_date": pd.Timestamp("2017-03-31"),
            "measure": "recency",
            "measure_value": values,
            "customer_count": 1,
        }
    )


def assert_it_is_the_fit(read: str, written: str, frame: pd.DataFrame) -> None:
    dataset = f"onemart.{os.environ['ONEMART_BIGQUERY_DATASET']}_science"
    assert read == f"{dataset}.int_rfm_histograms"
    assert written.replace("`", "") == f"{dataset}.rfm_cut_points"
    pd.testing.assert_frame_equal(frame, score_ranges(histograms(), score_count=5))


def test_bigframes_gets_a_notebook_with_the_wheel(
    build: Build, sent: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = "onemart @ https://wheels.onemart.example/onemart-0.1.0-py3-none-any.whl"
    monkeypatch.setenv("ONEMART_PYTHON_MODELS", "bigframes")
    monkeypatch.setenv("ONEMART_WHEEL", wheel)
    assert build("emulator", "build", "--select", "rfm_cut_points", *NO_TESTS) == {
        "rfm_cut_points": "success"
    }
    [request] = sent.requests
    job = request.notebook_execution_job
    [(path, notebook)] = sent.bucket.files.items()
    assert request.parent == "projects/onemart/locations/europe-west1"
    assert job.gcs_notebook_source.uri == f"gs://fits/{path}"
    assert job.notebook_runtime_template_resource_name.endswith("notebookRuntimeTemplates/7")
    [cell] = json.loads(notebook)["cells"]
    code = "".join(cell["source"])
    assert f"_install_packages(['{wheel}'])" in code

    # The notebook, where `bigframes` reads and writes what we hold.
    session, written = MagicMock(), MagicMock()
    session.read_pandas.return_value = written
    pandas = MagicMock(spec=["options", "get_global_session", "read_gbq"])
    pandas.get_global_session.return_value = session
    pandas.read_gbq.side_effect = lambda name: reads.append(name) or histograms()
    reads: list[str] = []
    monkeypatch.setitem(sys.modules, "bigframes", SimpleNamespace(pandas=pandas))
    monkeypatch.setitem(sys.modules, "bigframes.pandas", pandas)
    exec(code, {"__name__": "notebook"})  # noqa: S102
    [(target,), _] = written.to_gbq.call_args
    assert_it_is_the_fit(*reads, target, session.read_pandas.call_args.args[0])


def test_dataproc_gets_the_code_and_the_wheel_as_a_file(
    build: Build, sent: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEMART_PYTHON_MODELS", "serverless")
    monkeypatch.setenv("ONEMART_WHEEL", "gs://fits/onemart.zip")
    assert build("emulator", "build", "--select", "rfm_cut_points", *NO_TESTS) == {
        "rfm_cut_points": "success"
    }
    [request] = sent.requests
    [(path, code)] = sent.bucket.files.items()
    batch = request.batch.pyspark_batch
    assert request.parent == "projects/onemart/locations/europe-west1"
    assert batch.main_python_file_uri == f"gs://fits/{path}"
    assert list(batch.python_file_uris) == ["gs://fits/onemart.zip"]

    # A cluster without pandas-on-Spark, whose Spark reads and writes what we hold.
    spark = MagicMock(spec=["conf", "read", "createDataFrame"])
    loaded = spark.read.format.return_value.load
    loaded.side_effect = lambda _: SimpleNamespace(toPandas=histograms)
    written = spark.createDataFrame.return_value.write
    written.mode.return_value = written.format.return_value = written.option.return_value = written
    sql = MagicMock()
    sql.SparkSession.builder.appName.return_value.getOrCreate.return_value = spark
    sql.dataframe.DataFrame = SimpleNamespace
    monkeypatch.setitem(sys.modules, "pyspark", SimpleNamespace(sql=sql))
    monkeypatch.setitem(sys.modules, "pyspark.sql", sql)
    exec(code, {"__name__": "__main__"})  # noqa: S102
    [(frame,), _] = spark.createDataFrame.call_args
    [(target,), _] = written.save.call_args
    assert_it_is_the_fit(loaded.call_args.args[0], target, frame)
