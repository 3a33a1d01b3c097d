"""Both warehouses keep the promises of `Warehouse`, with equal results."""

import hashlib
import hmac
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from onemart.errors import OnemartError
from onemart.warehouse.base import Warehouse

AWKWARD = [
    "plain",
    "",
    None,
    "line\nbreak",
    "carriage\r\nreturn",
    "tab\there",
    'quote " and "" and \' one',
    "back\\slash \\n \\N \\b \\\\",
    "\\N",
    "a,b;c|d",
    "ünïcödé € 😀",
    " blanks ",
    "\x1e record \x1f unit",
    "question? mark",
    "`backtick` -- comment /* and */",
]


def test_load_keeps_every_text_and_byte(warehouse: Warehouse) -> None:
    lines = list(range(1, len(AWKWARD) + 1))
    records = [bytes([number]) * number for number in lines[:-1]] + [bytes(range(256))]
    batch = pa.record_batch(
        [pa.array(lines, pa.int64()), pa.array(records), pa.array(AWKWARD, pa.string())],
        names=["_line", "_record", "text"],
    )
    loaded = warehouse.load("landing", "awkward", iter([batch, batch.slice(0, 0)]), batch.schema)
    assert loaded == len(AWKWARD)
    table = warehouse.table("landing", "awkward")
    rows = warehouse.rows(f"select _line, _record, text from {table} order by _line")
    assert rows == list(zip(lines, records, AWKWARD, strict=True))


def test_load_of_typed_columns(warehouse: Warehouse) -> None:
    values = {
        "whole": pa.array([1, None, -(2**63)], pa.int64()),
        "real": pa.array([0.1, None, -1.5e300], pa.float64()),
        "flag": pa.array([True, None, False]),
        "day": pa.array([date(2024, 2, 29), None, date(1000, 1, 1)]),
        "moment": pa.array(
            [
                datetime.fromisoformat("2024-01-02T03:04:05.678900"),
                None,
                datetime.fromisoformat("1999-12-31"),
            ]
        ),
        "price": pa.array([Decimal("12.30"), None, Decimal("-0.01")], pa.decimal128(12, 2)),
    }
    batch = pa.record_batch(values)
    assert warehouse.load("landing", "typed", iter([batch]), batch.schema) == 3
    rows = warehouse.rows(
        f"select whole, real, flag, day, moment, price from {warehouse.table('landing', 'typed')}"
    )
    given = list(zip(*(column.to_pylist() for column in values.values()), strict=True))
    assert sorted(rows, key=str) == sorted(given, key=str)


def test_load_of_nothing_makes_the_table(warehouse: Warehouse) -> None:
    schema = pa.schema([("_line", pa.int64()), ("text", pa.string())])
    assert warehouse.load("landing", "nothing", iter([]), schema) == 0
    assert list(warehouse.columns("landing", "nothing")) == ["_line", "text"]


def test_parameters_and_literals_are_the_same_values(warehouse: Warehouse) -> None:
    values = [
        None, True, -7, 1.25, Decimal("3.50"), "it's \\ a ? \n line", date(2024, 5, 6),
        datetime.fromisoformat("2024-05-06T07:08:09.000010"), b"\x00\xff",
    ]  # fmt: skip
    names = [f"v{place}" for place in range(len(values))]
    bound = warehouse.rows("select " + ", ".join(f"? as {name}" for name in names), values)
    spelled = warehouse.rows(
        "select "
        + ", ".join(
            f"{warehouse.dialect.literal(value)} as {name}"
            for value, name in zip(values, names, strict=True)
        )
    )
    assert bound[0][:5] == spelled[0][:5] == tuple(values[:5])
    assert spelled[0][5:] == tuple(values[5:])


def test_table_is_created_once_and_grows(warehouse: Warehouse) -> None:
    columns = {"id": "varchar not null primary key", "at": "timestamp", "amount": "decimal(12,2)",
               "count": "bigint", "words": "varchar[]"}  # fmt: skip
    for _ in range(2):
        warehouse.create_table("landing", "grown", columns, day="at", cluster=["id"])
    assert warehouse.tables("landing") == {"grown": "table"}
    found = warehouse.columns("landing", "grown")
    assert found == {
        name: warehouse.dialect.type(kind.split()[0]) for name, kind in columns.items()
    }
    table = warehouse.table("landing", "grown")
    added = {"id": "varchar", "count": "bigint", "words": "varchar[]"}
    warehouse.insert_rows(
        table, added, [{"id": "a", "count": 1, "words": ["x", "y"]}], instead_of="id = 'a'"
    )
    warehouse.change_type("landing", "grown", "count", "varchar")
    assert warehouse.columns("landing", "grown")["count"] == warehouse.dialect.type("varchar")
    rows = warehouse.dicts(f"select id, {warehouse.dialect.name('count')}, words from {table}")
    assert rows == [{"id": "a", "count": "1", "words": ["x", "y"]}]


def test_publication_counts_as_one_and_may_be_repeated(warehouse: Warehouse) -> None:
    warehouse.create_table("landing", "kept", {"id": "varchar", "line": "bigint"})
    table = warehouse.table("landing", "kept")
    for _ in range(2):
        with warehouse.publication():
            # On BigQuery, what a broken-off attempt left is replaced; on DuckDB there is none.
            warehouse.insert(
                table,
                ["id", "line"],
                "select 'a' as id, 1 as line union all select 'a', 2",
                instead_of="id = 'a'",
            )
        if not _repeats(warehouse):
            break
    warehouse.insert(table, ["id", "line"], "select 'b' as id, 9 as line", instead_of="id = 'b'")
    assert warehouse.rows(f"select id, line from {table} order by id, line") == [
        ("a", 1), ("a", 2), ("b", 9)
    ]  # fmt: skip
    with pytest.raises(OnemartError, match="not what was counted"):
        _publish_after_a_wrong_count(warehouse, table)
    assert warehouse.value(f"select count(*) as n from {table}") == 3
    assert warehouse.append(table, ["id", "line"], f"select id, line + 10 from {table}") == 3


def _publish_after_a_wrong_count(warehouse: Warehouse, table: str) -> None:
    with warehouse.publication():
        warehouse.expect(f"select count(*) as n from {table}", 4, "This is not what was counted.")
        warehouse.insert(table, ["id", "line"], "select 'c' as id, 0 as line", instead_of="id='c'")


def _repeats(warehouse: Warehouse) -> bool:
    return "transactions" in getattr(warehouse, "lacks", ())


def test_refusals_are_errors_that_the_gate_knows(warehouse: Warehouse) -> None:
    with pytest.raises(warehouse.refusals):
        warehouse.run("select no_such_column from (select 1 as a) as t")


def test_dialect_speaks_the_same_language(warehouse: Warehouse) -> None:
    dialect = warehouse.dialect
    moment = f"cast({dialect.literal('2024-01-02 03:04:05.5')} as {dialect.type('timestamp')})"
    asked = {
        dialect.try_cast("'12'", "bigint"): 12,
        dialect.try_cast("'9999999999999999999'", "bigint"): None,
        dialect.try_cast("'2024-02-30'", "date"): None,
        dialect.try_cast(
            "'2024-02-03T04:05:06+01:00'", "timestamp", with_zone=True
        ): datetime.fromisoformat("2024-02-03T03:05:06"),
        dialect.try_cast("'2024-02-03 04:05:06.7'", "timestamp"): datetime.fromisoformat(
            "2024-02-03T04:05:06.700000"
        ),
        dialect.matches("'abc'", "b"): True,
        dialect.matches("'abc'", "b", whole=True): False,
        dialect.matches("'ab'", "a|ab", whole=True): True,
        dialect.is_finite(dialect.try_cast("'1e400'", "double")): False,
        dialect.hmac("'  Jo@X.org '", b"key"): hmac.new(
            b"key", b"jo@x.org", hashlib.sha256
        ).hexdigest(),
        dialect.text(dialect.value(Decimal("1.5"), "decimal(12,2)"), "decimal(12,2)"): "1.50",
        dialect.text(moment, "timestamp"): "2024-01-02 03:04:05.5",
        dialect.text("12", "bigint"): "12",
    }
    query = ", ".join(f"{sql} as v{place}" for place, sql in enumerate(asked))
    found = warehouse.rows(f"select {query}")[0]
    assert dict(zip(asked, found, strict=True)) == asked
    for kind in ("varchar", "bigint", "double", "boolean", "date", "timestamp", "blob"):
        assert dialect.kind(dialect.type(kind)) == kind


def test_row_hash_tells_missing_from_empty(warehouse: Warehouse) -> None:
    rows = "select 1 as n, '' as t, 2 as u union all select 2, null, 2 union all select 3, '', 2"
    hashed = warehouse.dialect.row_hash(["t", "u"])
    empty, missing, again = (
        value
        for _, value in warehouse.rows(f"select n, {hashed} as h from ({rows}) as r order by n")
    )
    assert empty == again != missing
