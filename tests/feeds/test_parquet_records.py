"""A Parquet file gives the same lines as text as it does in place."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.feeds.feed_project import FeedProject

from onemart.warehouse.duckdb import DuckdbWarehouse

COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "logicalType": "integer", "primaryKey": True, "primaryKeyPosition": 1},
    {"name": "text", "logicalType": "string"},
    {"name": "price", "logicalType": "number", "physicalType": "decimal(12,2)"},
    {"name": "rate", "logicalType": "number", "physicalType": "double"},
    {"name": "flag", "logicalType": "boolean"},
    {"name": "day", "logicalType": "date"},
    {"name": "at", "logicalType": "timestamp"},
    {"name": "zoned", "logicalType": "timestamp", "logicalTypeOptions": {"timezone": True}},
]
MOMENT = datetime.fromisoformat("2024-01-02T03:04:05.678000")
TYPED = {
    "id": pa.array([1, 2, 3, 4], pa.int32()),
    "text": pa.array(["a", "", None, 'line\nbreak "q" \\n \\N']),
    "price": pa.array([Decimal("1.50"), None, Decimal("-0.01"), Decimal(0)], pa.decimal128(12, 2)),
    "rate": pa.array([0.1, float("nan"), float("inf"), -1.5e300]),
    "flag": pa.array([True, None, False, True]),
    "day": pa.array([date(2024, 2, 29), None, date(999, 1, 1), date(9999, 12, 31)]),
    "at": pa.array([MOMENT, None, MOMENT, MOMENT], pa.timestamp("us")),
    "zoned": pa.array([MOMENT.replace(tzinfo=UTC)] * 4, pa.timestamp("us", "UTC")),
}
TEXTS = {
    "ID": pa.array(["1", "2.0", "x", "4"]),
    "Text": pa.array(["a", "", None, "b"]),
    "price": pa.array([1.5, 2.555, None, 3.0]),
    "rate": pa.array([1, 2, 3, 4], pa.int16()),
    "flag": pa.array(["true", "TRUE", "", None]),
    "day": pa.array(["2024-02-29", "2024-02-30", "", "20240101"]),
    "at": pa.array(["2024-01-02 03:04:05", "2024-01-02T03:04", None, ""]),
    "zoned": pa.array(["2024-01-02T03:04:05+01:00", "2024-01-02T03:04:05", None, "Z"]),
    "more": pa.array([1, 2, 3, 4]),
}
LACKING = {"id": pa.array([1]), "colour": pa.array(["red"])}

Land = Callable[[str, dict[str, pa.Array]], FeedProject]


@pytest.fixture
def land(tmp_path: Path) -> Land:
    def run(way: str, columns: dict[str, pa.Array]) -> FeedProject:
        project = FeedProject(tmp_path / way)
        project.contract(columns=COLUMNS, file={"format": "parquet"}, maxBadShare=1.0)
        pq.write_table(pa.table(columns), project.folder() / "orders.parquet", row_group_size=2)
        project.land()
        return project

    return run


@pytest.mark.parametrize("columns", [TYPED, TEXTS, LACKING], ids=["typed", "texts", "lacking"])
def test_text_is_as_good_as_in_place(
    land: Land, monkeypatch: pytest.MonkeyPatch, columns: dict[str, pa.Array]
) -> None:
    in_place = land("in_place", columns)
    monkeypatch.setattr(DuckdbWarehouse, "reads_parquet", False)
    as_text = land("as_text", columns)
    told = "select * exclude (published_seq, started_at, finished_at) from ops.deliveries"
    assert in_place.rows(told) == as_text.rows(told)
    listed = '"id", "text", price, rate, flag, "day", "at", zoned, _line, _row_hash'
    assert in_place.raw(listed) == as_text.raw(listed)
    lines = "select line, record, reasons from quarantine.erp__orders order by line"
    assert in_place.rows(lines) == as_text.rows(lines)
    assert in_place.rows(lines) or in_place.ledger()[-1]["status"] == "rejected"


def test_damaged_page_rejects_the_file(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DuckdbWarehouse, "reads_parquet", False)
    project = land("whole", TYPED)
    path = project.folder() / "damaged.parquet"
    rows = {name: pa.concat_arrays([column] * 500) for name, column in TYPED.items()}
    pq.write_table(pa.table(rows), path)
    content = path.read_bytes()
    path.write_bytes(b"PAR1" + bytes(400) + content[404:])
    project.land()
    last = project.ledger()[-1]
    assert (last["status"], last["reason_code"]) == ("rejected", "damaged_parquet")
    assert last["records_rejected"] == 2000
