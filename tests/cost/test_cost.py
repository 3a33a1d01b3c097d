"""Bytes and dollars: by hand, from a small shop, and as a made BigQuery tells them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from google.api_core.exceptions import NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from onemart.cli import run
from onemart.cost import dry_run as asking
from onemart.cost import report
from onemart.cost.budget import DAILY, WHOLE, Share, read_budget, write_budget
from onemart.cost.dry_run import dry_run
from onemart.cost.estimate import Cost, Size, estimate, size_of_shop, widths
from onemart.cost.prices import LEAST_BYTES, price_of, size_of, slot_hours
from onemart.errors import UsageError
from onemart.project import Project
from onemart.verify.emulator_server import EmulatorServer
from onemart.warehouse import Warehouse, bigquery_client
from onemart.warehouse.bigquery import BigqueryWarehouse
from onemart.warehouse.duckdb import DuckdbWarehouse
from onemart.warehouse.profile import Target

ROOT = Path(__file__).parents[2]
TIB = 1024**4
MILLION = 1_000_000
BUDGET = [
    Share("fct_sales", WHOLE, "raw.lines", 50, None),
    Share("fct_sales", DAILY, "raw.lines", 50, 1),
    Share("fct_sales", DAILY, "marts.dim_skus", 8, None),
    Share("dim_skus", WHOLE, "marts.dim_skus", 8, None),
]


def test_prices_are_the_published_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    assert price_of(2 * TIB) == 12.5
    assert slot_hours(0.6) == pytest.approx(10)
    monkeypatch.setenv("ONEMART_PRICE_PER_TIB", "5")
    monkeypatch.setenv("ONEMART_PRICE_PER_SLOT_HOUR", "0.1")
    assert price_of(2 * TIB) == 10
    assert slot_hours(0.6) == pytest.approx(6)


@pytest.mark.parametrize("price", ["cheap", "-1", "0", "inf", "nan"])
def test_price_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, price: str) -> None:
    monkeypatch.setenv("ONEMART_PRICE_PER_TIB", price)
    with pytest.raises(UsageError, match="ONEMART_PRICE_PER_TIB"):
        price_of(1)


@pytest.mark.parametrize(
    "kind, size",
    [
        ("bigint", (8, False)),
        ("double", (8, False)),
        ("date", (8, False)),
        ("timestamp", (8, False)),
        ("boolean", (1, False)),
        ("decimal(12,2)", (16, False)),
        ("varchar", (2, True)),
    ],
)
def test_sizes_are_the_published_ones(kind: str, size: tuple[int, bool]) -> None:
    assert size_of(kind) == size


def test_cost_by_hand() -> None:
    # 1,000 days of 2 million lines each; the SKUs are too few to count for themselves.
    size = Size(
        {"raw.lines": 2000 * MILLION, "marts.dim_skus": 1000, "marts.fct_order_lines": 10}, 1000
    )
    sales, skus = estimate(BUDGET, size, touched=3)
    assert sales == Cost("fct_sales", 100_000 * MILLION, 4 * 100 * MILLION + LEAST_BYTES)
    assert skus == Cost("dim_skus", LEAST_BYTES, 0)


def test_cost_grows_with_the_lines() -> None:
    size = Size({"raw.lines": 20 * MILLION, "marts.fct_order_lines": 10}, 100)
    small, large = (estimate(BUDGET[:2], size, lines=lines)[0] for lines in (10, 50))
    assert small == estimate(BUDGET[:2], size)[0]
    assert small.daily == 20 * MILLION * 50 * 2 / 100
    assert (large.whole, large.daily) == (5 * small.whole, 5 * small.daily)


def test_more_days_than_there_are_read_them_all() -> None:
    size = Size({"raw.lines": MILLION, "marts.fct_order_lines": 10}, 5)
    (sales,) = estimate(BUDGET[:2], size, touched=40)
    assert sales.daily == sales.whole == 50 * MILLION


def test_shop_that_sold_nothing_cannot_be_worked_out() -> None:
    with pytest.raises(UsageError, match="no order lines yet"):
        estimate(BUDGET, Size({}, 0))


@pytest.fixture(params=["duckdb", "emulator"])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Warehouse]:
    """Two days' lines: one SKU of four letters, one of six, and a line without an amount."""
    opened: Warehouse
    if request.param == "duckdb":
        connection = duckdb.connect(str(tmp_path / "shop.duckdb"))
        opened = DuckdbWarehouse(connection, tmp_path / "shop.duckdb")
    else:
        emulator: EmulatorServer = request.getfixturevalue("emulator")
        client = bigquery.Client(
            "onemart", AnonymousCredentials(), client_options={"api_endpoint": emulator.endpoint}
        )
        target = Target("emulator", {"type": "bigquery", "dataset": "cost", "project": "onemart"})
        opened = BigqueryWarehouse(client, target, "cost")
    for schema in ("marts", "raw"):
        opened.create_schema(schema)
    columns = {"sku": "varchar", "order_date": "date", "amount": "decimal(12,2)", "units": "bigint"}
    opened.create_table("marts", "fct_order_lines", columns)
    opened.create_table("raw", "lines", columns)
    lines = opened.table("marts", "fct_order_lines")
    opened.run(
        f"insert into {lines} (sku, order_date, amount, units)"
        " values ('abcd', date '2024-01-01', cast('1.5' as numeric), 1),"
        " ('abcdef', date '2024-01-02', null, 2)"
    )
    yield opened
    if isinstance(opened, DuckdbWarehouse):
        opened.connection.close()


def test_shop_is_measured_in_its_warehouse(warehouse: Warehouse) -> None:
    wanted = ("marts.fct_order_lines", "raw.lines", "raw.nobody_made")
    shares = [Share("fct_sales", WHOLE, table, 1, None) for table in wanted]
    size = size_of_shop(warehouse, shares)
    assert size == Size({"marts.fct_order_lines": 2, "raw.lines": 0}, 2)
    assert size.lines == 2


def test_widths_are_bytes_as_bigquery_counts_them(warehouse: Warehouse) -> None:
    assert widths(warehouse, "marts", "fct_order_lines") == {
        "sku": 2 + 5,
        "order_date": 8,
        "amount": 16 / 2,
        "units": 8,
    }
    assert widths(warehouse, "raw", "lines") == {}


@pytest.fixture
def clone(tmp_path: Path) -> Project:
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "dbt_project.yml").touch()
    return Project(tmp_path)


def test_budget_is_read_as_it_was_written(clone: Project) -> None:
    write_budget(clone, reversed(BUDGET))
    assert set(read_budget(clone)) == set(BUDGET)
    written = (clone.root / "benchmarks/bytes_budget.csv").read_text()
    assert written.splitlines()[:3] == [
        "model,run,table,bytes_per_row,more_days",
        "dim_skus,whole,marts.dim_skus,8,all",
        "fct_sales,daily,marts.dim_skus,8,all",
    ]


@pytest.mark.parametrize("line", ["fct_sales,yearly,raw.lines,8,all", "fct_sales,daily", ",,,x,"])
def test_budget_that_is_none_is_named_by_its_line(clone: Project, line: str) -> None:
    write_budget(clone, [])
    path = clone.root / "benchmarks/bytes_budget.csv"
    path.write_text(f"{path.read_text()}{line}\n")
    with pytest.raises(UsageError, match=r"bytes_budget\.csv:2"):
        read_budget(clone)


def test_budget_that_is_gone_is_missed(clone: Project) -> None:
    with pytest.raises(UsageError, match="git restore"):
        read_budget(clone)


def test_declared_budget_is_sound() -> None:
    shares = read_budget(Project(ROOT))
    assert {"fct_order_lines", "fct_orders", "fct_sales_daily"} <= {one.model for one in shares}
    assert all(0 < one.bytes_per_row < 10_000 for one in shares if one.model != "data tests")


class Service(bigquery.Client):
    """Tells the bytes of a query that it does not run."""

    def __init__(self) -> None:
        super().__init__("shopping", AnonymousCredentials())
        self.configs: list[bigquery.QueryJobConfig] = []

    def query(self, query: str, job_config: Any = None, **_: Any) -> Any:
        self.configs.append(job_config)
        if "not_built" in query:
            raise NotFound("Not found: Table not_built")
        return SimpleNamespace(total_bytes_processed=len(query) * TIB)


def test_dry_run_asks_and_runs_nothing() -> None:
    service = Service()
    asked = {"a": "select", "b": "select 1 from not_built"}
    assert dry_run(service, asked) == {"a": 6 * TIB, "b": None}
    assert all(config.dry_run for config in service.configs)
    assert not any(config.use_query_cache for config in service.configs)


@pytest.fixture
def onemart(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    monkeypatch.setenv("ONEMART_SHOP", "corner")
    monkeypatch.setenv("ONEMART_PROJECT_DIR", str(ROOT))

    def call(*arguments: str) -> tuple[int, str]:
        status = run(list(arguments))
        shown = capsys.readouterr()
        return status, " ".join((shown.out + shown.err).split())

    return call


def test_command_asks_bigquery_where_it_is_connected(
    onemart: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = {"fct_sales": "select", "dim_skus": "select 1 from not_built"}
    monkeypatch.setattr(asking, "compiled_models", lambda *_: compiled)
    monkeypatch.setattr(bigquery_client, "connect", lambda _: Service())
    status, shown = onemart("cost", "--target", "bigquery")
    assert status == 0
    assert "fct_sales 6.0 TiB 37.50" in shown
    assert "Not to be told until what they read is built: dim_skus." in shown
    assert "cloud.google.com/bigquery/pricing" in shown


def test_command_works_it_out_elsewhere(
    onemart: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "corner.duckdb"
    with duckdb.connect(str(file)) as made:
        made.execute("create schema raw; create schema marts; create table raw.lines (sku varchar)")
        made.execute("insert into raw.lines select 'a' from range(1000)")
        made.execute(
            "create table marts.fct_order_lines as"
            " select date '2024-01-01' + cast(n % 10 as int) as order_date from range(1000) t(n)"
        )
    monkeypatch.setenv("ONEMART_WAREHOUSE", str(file))
    monkeypatch.setattr(report, "read_budget", lambda _: BUDGET[:2])
    monkeypatch.setattr(report, "size_of_shop", lambda warehouse, _: size_of_shop(
        warehouse, [*BUDGET, Share("", WHOLE, "marts.fct_order_lines", 1, None)]
    ))  # fmt: skip
    # 20 billion lines of 50 bytes; after a delivery that touches one day, two days of ten.
    status, shown = onemart("cost", "--rows", "20000000000")
    assert status == 0
    assert "20,000,000,000 order lines on 10 days" in shown
    assert "fct_sales 931.3 GiB 5.68 186.3 GiB 1.14" in shown


def test_command_says_what_to_do_for_a_shop_without_a_warehouse(
    onemart: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ONEMART_WAREHOUSE", str(tmp_path / "none.duckdb"))
    status, shown = onemart("cost")
    assert status == 1
    assert "onemart land" in shown
    assert not (tmp_path / "none.duckdb").exists()
