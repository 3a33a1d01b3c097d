"""What the real service is sent where its emulator gets something else."""

import io
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.api_core.exceptions import BadRequest, NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from onemart.errors import OnemartError
from onemart.project import find_project
from onemart.verify.googlesql import check
from onemart.verify.record import Job as SentJob
from onemart.warehouse.bigquery import BigqueryWarehouse
from onemart.warehouse.profile import Target

SETTINGS = {"type": "bigquery", "project": "shopping", "dataset": "trial", "location": "EU"}


class Service(bigquery.Client):
    """Writes down what it is asked, and answers with what it was told."""

    def __init__(self) -> None:
        super().__init__("shopping", AnonymousCredentials(), location="EU")
        self.sent: list[tuple[str, bigquery.QueryJobConfig]] = []
        self.loads: list[tuple[str, pa.Table, bigquery.LoadJobConfig]] = []
        self.rows: list[Any] = []
        self.refusal: Exception | None = None
        self.jobs: list[Any] = []

    def query_and_wait(self, query: str, *, job_config: Any = None, **_: Any) -> Any:
        self.sent.append((query, job_config))
        if self.refusal:
            raise self.refusal
        return self.rows

    def load_table_from_file(self, file: Any, table: str, *, job_config: Any) -> Any:  # type: ignore[override]
        self.loads.append((table, pq.read_table(io.BytesIO(file.read())), job_config))
        return SimpleNamespace(result=lambda: None)

    def list_datasets(self, *_: Any, **__: Any) -> Any:
        return iter(())

    def get_dataset(self, *_: Any, **__: Any) -> Any:
        raise NotFound("Not found: Dataset shopping:trial_raw")

    def list_jobs(self, *_: Any, **__: Any) -> Any:
        return self.jobs


class Job(bigquery.QueryJob):
    """A job that somebody waits for, or not."""

    def __init__(self, **labels: str) -> None:
        self.told = labels
        self.is_awaited = False

    @property
    def labels(self) -> dict[str, str]:
        return self.told

    def exception(self, timeout: float | None = None) -> None:
        assert timeout
        self.is_awaited = True


@pytest.fixture
def service() -> Service:
    return Service()


def warehouse(service: Service, **settings: Any) -> BigqueryWarehouse:
    return BigqueryWarehouse(service, Target("bigquery", {**SETTINGS, **settings}), "trial")


def test_load_is_parquet_with_an_explicit_schema(service: Service) -> None:
    batch = pa.record_batch(
        {
            "_line": pa.array([1, 2]),
            "_record": pa.array([b"a\n", b"\x00"]),
            "text": pa.array(["", None]),
            "at": pa.array([datetime.fromisoformat("2024-01-02T03:04:05"), None]),
            "price": pa.array([Decimal("1.50"), None], pa.decimal128(12, 2)),
            "wide": pa.array([Decimal("1.5"), None], pa.decimal128(38, 12)),
        }
    )
    service.rows = [{"n": 2}]
    opened = warehouse(service)
    opened.label(step="load", feed="shop__Sales Lines")
    assert opened.load("landing", "d_1__text", iter([batch]), batch.schema) == 2
    [(table, content, config)] = service.loads
    assert table == "trial_landing.d_1__text"
    assert config.source_format == "PARQUET"
    assert config.write_disposition == "WRITE_TRUNCATE"
    assert {field.name: field.field_type for field in config.schema} == {
        "_line": "INT64", "_record": "BYTES", "text": "STRING", "at": "TIMESTAMP",
        "price": "NUMERIC", "wide": "BIGNUMERIC",
    }  # fmt: skip
    assert config.labels == {
        "onemart_shop": "trial", "onemart_step": "load", "onemart_feed": "shop__sales_lines",
    }  # fmt: skip
    # Without its zone, the service would take a timestamp for a DATETIME and refuse it.
    assert content.schema.field("at").type == pa.timestamp("us", "UTC")
    assert content.column("_record").to_pylist() == [b"a\n", b"\x00"]
    assert content.column("text").to_pylist() == ["", None]


def test_load_that_lost_rows_is_dropped(service: Service) -> None:
    batch = pa.record_batch({"_line": pa.array([1, 2])})
    service.rows = [{"n": 1}]
    with pytest.raises(OnemartError, match=r"2 rows were loaded .* it holds 1"):
        warehouse(service).load("landing", "lost", iter([batch]), batch.schema)
    assert service.sent[-1][0] == "drop table `shopping`.`trial_landing`.`lost`"


def test_publication_is_one_transaction(service: Service) -> None:
    opened = warehouse(service)
    with opened.publication():
        opened.insert("t", ["id"], "select 'a' as id", instead_of="id = 'a'", expected=1)
        opened.run("insert into u (id, note) values (?, ?)", ["it's ?", None])
        assert service.sent == []
    [(script, config)] = service.sent
    assert script.split(";\n") == [
        "begin transaction",
        "insert into t (`id`) select 'a' as id",
        (
            "assert (select count(*) as n from t where id = 'a') = 1"
            " as 't does not hold the 1 rows that were written to it.'"
        ),
        "insert into u (id, note) values ('it\\'s ?', null)",
        "commit transaction",
    ]
    assert not config.query_parameters


def test_analyzer_takes_what_the_emulator_does_not(service: Service) -> None:
    opened = warehouse(service)
    columns = {"id": "varchar not null", "at": "timestamp", "words": "varchar[]"}
    opened.create_table("raw", "sales", columns, day="at", cluster=["id"])
    table = opened.table("raw", "sales")
    with opened.publication():
        row = {"id": "it's", "at": None, "words": ["a", "b"]}
        kinds = {"id": "varchar", "at": "timestamp", "words": "varchar[]"}
        opened.insert_rows(table, kinds, [row], instead_of="id = 'it'")
        opened.insert(table, ["id"], "select 'x' as id", instead_of="id = 'x'", expected=1)
    verdicts = check((SentJob(sql=sql) for sql, _ in service.sent), find_project(Path(__file__)))
    assert [(verdict.accepted, verdict.message) for verdict in verdicts] == [(True, "")] * 2
    assert verdicts[1].kinds == ["begin", "insert", "insert", "assert", "commit"]


def test_publication_that_broke_off_in_python_sends_nothing(service: Service) -> None:
    opened = warehouse(service)
    with pytest.raises(ZeroDivisionError):
        _divide_while_publishing(opened)
    assert service.sent == []
    opened.run("select 1")
    assert [sql for sql, _ in service.sent] == ["select 1"]


def _divide_while_publishing(opened: BigqueryWarehouse) -> None:
    with opened.publication():
        opened.run("insert into t (id) values (1)")
        assert 1 / 0


def test_expectation_that_is_not_met_is_the_message(service: Service) -> None:
    opened = warehouse(service)
    service.refusal = BadRequest("Query error: The rows are not all there. at [3:1]")
    with pytest.raises(OnemartError, match=r"^The rows are not all there\. Nothing was published"):
        _expect_while_publishing(opened)


def _expect_while_publishing(opened: BigqueryWarehouse) -> None:
    with opened.publication():
        opened.expect("select 1 as n", 2, "The rows are not all there.")


def test_parameters_are_bound_with_their_types(service: Service) -> None:
    moment = datetime.fromisoformat("2024-01-02T03:04:05")
    warehouse(service).run("select ?, ?, ?, '?', ?", ["a", None, moment, ["x"]])
    [(sql, config)] = service.sent
    assert sql == "select ?, null, ?, '?', ?"
    kinds = [getattr(p, "type_", None) or p.array_type for p in config.query_parameters]
    assert kinds == ["STRING", "TIMESTAMP", "STRING"]


def test_limit_and_labels_are_on_every_job(service: Service) -> None:
    opened = warehouse(service, maximum_bytes_billed="1000000")
    opened.label(step="audit")
    config = service.default_query_job_config
    assert config.maximum_bytes_billed == 1_000_000
    assert config.labels == {"onemart_shop": "trial", "onemart_step": "audit"}


def test_table_is_partitioned_by_day_and_clustered(service: Service) -> None:
    kinds = {"id": "varchar not null primary key", "at": "timestamp", "words": "varchar[] not null"}
    warehouse(service).create_table("raw", "sales", kinds, day="at", cluster=list("abcde"))
    warehouse(service).create_table("raw", "days", {"day": "date"}, day="day")
    assert [sql for sql, _ in service.sent] == [
        (
            "create table if not exists `shopping`.`trial_raw`.`sales` (`id` string not null,"
            " `at` timestamp, `words` array<string>) partition by timestamp_trunc(`at`, day)"
            " cluster by `a`, `b`, `c`, `d`"
        ),
        "create table if not exists `shopping`.`trial_raw`.`days` (`day` date) partition by `day`",
    ]


def test_publications_of_a_killed_run_are_awaited(service: Service) -> None:
    mine = Job(onemart_shop="trial", onemart_step="publish", onemart_feed="sales")
    others = [
        Job(onemart_shop="other", onemart_step="publish"),
        Job(onemart_shop="trial", onemart_step="audit"),
    ]
    service.jobs = [mine, *others]
    warehouse(service).check()
    assert mine.is_awaited
    assert not any(job.is_awaited for job in others)


def test_schema_in_a_query_is_the_shops_dataset(service: Service) -> None:
    opened = warehouse(service)
    service.rows = _Nothing()
    opened.head("select 'marts.x', `other.marts.y`, p.marts.z from marts.dim_stores", 5)
    assert service.sent[-1][0] == (
        "select 'marts.x', `other.marts.y`, p.marts.z from `shopping`.`trial_marts`.`dim_stores`"
    )


class _Nothing(list[Any]):
    schema: tuple[Any, ...] = ()
