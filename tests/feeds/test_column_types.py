from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.feeds.feed_project import FeedProject

from onemart.feeds.column_types import ColumnType, column_type
from onemart.warehouse.duckdb_dialect import DuckdbDialect

DUCKDB = DuckdbDialect()

TEXT = column_type("string", None)
INTEGER = column_type("integer", None)
CENTS = column_type("number", "decimal(12,2)")
WHOLE = column_type("number", "decimal(5,0)")
DOUBLE = column_type("number", "double")
BOOLEAN = column_type("boolean", None)
DATE = column_type("date", None)
TIMESTAMP = column_type("timestamp", None)
TIMESTAMP_WITH_ZONE = column_type("timestamp", None, with_zone=True)

many = settings(max_examples=200, deadline=None)


ACCEPTED: list[tuple[ColumnType, str, object]] = [
    (TEXT, "", ""),
    (TEXT, "  NaN 1,000 ", "  NaN 1,000 "),
    (INTEGER, "0", 0),
    (INTEGER, "-12", -12),
    (INTEGER, "007", 7),
    (INTEGER, "9223372036854775807", 9223372036854775807),
    (INTEGER, "-9223372036854775808", -9223372036854775808),
    (CENTS, "1", Decimal("1.00")),
    (CENTS, "1.5", Decimal("1.50")),
    (CENTS, "-0.01", Decimal("-0.01")),
    (CENTS, "9999999999.99", Decimal("9999999999.99")),
    (WHOLE, "99999", Decimal(99999)),
    (DOUBLE, "1.6", 1.6),
    (DOUBLE, "-1e3", -1000.0),
    (DOUBLE, "2.5E-03", 0.0025),
    (BOOLEAN, "true", True),
    (BOOLEAN, "false", False),
    (DATE, "2016-02-29", datetime(2016, 2, 29).date()),  # noqa: DTZ001
    (TIMESTAMP, "2017-01-01 11:53:26", datetime(2017, 1, 1, 11, 53, 26)),  # noqa: DTZ001
    (TIMESTAMP, "2017-01-01T11:53:26.5", datetime(2017, 1, 1, 11, 53, 26, 500000)),  # noqa: DTZ001
    # What has a zone is kept in UTC.
    (TIMESTAMP_WITH_ZONE, "2017-01-01T11:53:26Z", datetime(2017, 1, 1, 11, 53, 26)),  # noqa: DTZ001
    (TIMESTAMP_WITH_ZONE, "2017-01-01 00:30:00+01:00", datetime(2016, 12, 31, 23, 30)),  # noqa: DTZ001
    (TIMESTAMP_WITH_ZONE, "2017-06-01T12:00:00-05:30", datetime(2017, 6, 1, 17, 30)),  # noqa: DTZ001
]
REFUSED = [
    (INTEGER, ""),
    (INTEGER, " "),
    (INTEGER, " 1"),
    (INTEGER, "1\n"),
    (INTEGER, "+1"),
    (INTEGER, "1,000"),
    (INTEGER, "1_000"),
    (INTEGER, "1.6"),
    (INTEGER, "1.0"),
    (INTEGER, "1e3"),
    (INTEGER, "0x10"),
    (INTEGER, "NaN"),
    (INTEGER, "１２"),  # noqa: RUF001
    (INTEGER, "9223372036854775808"),
    (INTEGER, "99999999999999999999"),
    (CENTS, ""),
    (CENTS, " 1.00"),
    (CENTS, "1.005"),
    (CENTS, "1.000"),
    (CENTS, "1,000.00"),
    (CENTS, "1.000,00"),
    (CENTS, "1,50"),
    (CENTS, "1_000"),
    (CENTS, ".50"),
    (CENTS, "1."),
    (CENTS, "$1.00"),
    (CENTS, "(1.00)"),
    (CENTS, "1e2"),
    (CENTS, "1e400"),
    (CENTS, "NaN"),
    (CENTS, "Infinity"),
    (CENTS, "10000000000"),
    (WHOLE, "1.0"),
    (WHOLE, "100000"),
    (DOUBLE, "1e400"),
    (DOUBLE, "-1e999"),
    (DOUBLE, "NaN"),
    (DOUBLE, "inf"),
    (DOUBLE, "1,5"),
    (DOUBLE, "1_000.0"),
    (DOUBLE, ""),
    (BOOLEAN, "TRUE"),
    (BOOLEAN, "1"),
    (BOOLEAN, "yes"),
    (BOOLEAN, ""),
    (DATE, "31/12/2017"),
    (DATE, "12/31/2017"),
    (DATE, "2017-2-3"),
    (DATE, "2017-02-29"),
    (DATE, "2017-13-01"),
    (DATE, "20170101"),
    (DATE, "2017-01-01 00:00:00"),
    (DATE, "0000-01-01"),
    (DATE, "epoch"),
    (DATE, "infinity"),
    (DATE, ""),
    (TIMESTAMP, "01/02/2017 10:00:00"),
    (TIMESTAMP, "2017-01-01"),
    (TIMESTAMP, "2017-01-01 10:00"),
    (TIMESTAMP, "2017-01-01 24:00:00"),
    (TIMESTAMP, "2017-01-01 25:00:00"),
    (TIMESTAMP, "2017-01-01 23:59:60"),
    (TIMESTAMP, "2017-01-01 10:00:00Z"),
    (TIMESTAMP, "2017-01-01 10:00:00+01:00"),
    (TIMESTAMP, "2017-01-01 10:00:00.1234567"),
    (TIMESTAMP, ""),
    (TIMESTAMP_WITH_ZONE, "2017-01-01T10:00:00"),
    (TIMESTAMP_WITH_ZONE, "2017-01-01T10:00:00+0100"),
    (TIMESTAMP_WITH_ZONE, "2017-01-01T10:00:00+25:00"),
    (TIMESTAMP_WITH_ZONE, "2017-01-01T10:00:00+14:01"),
    (TIMESTAMP_WITH_ZONE, "2017-01-01T10:00:00+01:75"),
    (TIMESTAMP_WITH_ZONE, "2017-01-01T10:00:00 Europe/London"),
    (TIMESTAMP_WITH_ZONE, "2017-02-30T10:00:00Z"),
]
KINDS = list(dict.fromkeys(case[0] for case in (*ACCEPTED, *REFUSED)))


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        # A machine's own zone must not shift any value.
        connection.execute("set timezone = 'Asia/Kolkata'")
        yield connection


def read(connection: duckdb.DuckDBPyConnection, kind: ColumnType, text: str) -> tuple[bool, object]:
    """Return whether `text` is refused, and what it is cast to."""
    rows = connection.execute(
        f"select {kind.is_defective('value', DUCKDB)}, {kind.cast('value', DUCKDB)}"
        " from (select cast(? as varchar) as value)",
        [text],
    ).fetchall()
    return rows[0]


@pytest.mark.parametrize("kind,text,value", ACCEPTED)
def test_accepted(
    connection: duckdb.DuckDBPyConnection, kind: ColumnType, text: str, value: object
) -> None:
    assert read(connection, kind, text) == (False, value)


@pytest.mark.parametrize("kind,text", REFUSED)
def test_refused(connection: duckdb.DuckDBPyConnection, kind: ColumnType, text: str) -> None:
    assert read(connection, kind, text)[0] is True


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.form)
def test_bigquery_accepts_and_refuses_the_same(on_emulator: FeedProject, kind: ColumnType) -> None:
    accepted = {text: value for known, text, value in ACCEPTED if known == kind}
    refused = [text for known, text in REFUSED if known == kind]
    with on_emulator.warehouse() as warehouse:
        dialect = warehouse.dialect
        values = " union all ".join(
            f"select {dialect.value(text, 'varchar')} as value" for text in (*accepted, *refused)
        )
        # As the gate does: what is out of form is never cast into a table.
        found = warehouse.rows(
            "select value, refused, case when refused then null else given end as given from"
            f" (select value, {kind.is_defective('value', dialect)} as refused,"
            f" {kind.cast('value', dialect)} as given from ({values}) as texts) as judged"
        )
    assert {text: given for text, is_refused, given in found if not is_refused} == accepted
    assert sorted(text for text, is_refused, _ in found if is_refused) == sorted(refused)


@pytest.mark.parametrize(
    "kind", [TEXT, INTEGER, CENTS, DOUBLE, BOOLEAN, DATE, TIMESTAMP, TIMESTAMP_WITH_ZONE]
)
def test_a_missing_value_is_never_refused(
    connection: duckdb.DuckDBPyConnection, kind: ColumnType
) -> None:
    found = connection.execute(f"select {kind.is_defective('null::varchar', DUCKDB)}").fetchall()
    assert found == [(False,)]


@many
@given(st.from_regex(r"-?[0-9]{1,10}(\.[0-9]{1,2})?", fullmatch=True, alphabet="0123456789.-"))
def test_every_amount_in_cents_is_cast_exactly(
    connection: duckdb.DuckDBPyConnection, text: str
) -> None:
    assert read(connection, CENTS, text) == (False, Decimal(text))


@many
@given(st.integers(1, 38), st.data())
def test_a_decimal_is_cast_exactly_or_refused(
    connection: duckdb.DuckDBPyConnection, digits: int, data: st.DataObject
) -> None:
    kind = column_type(
        "number", f"decimal({digits},{data.draw(st.integers(0, digits - 1), label='decimals')})"
    )
    text = data.draw(st.text("0123456789.,-+eE_ '", max_size=45), label="text")
    is_refused, value = read(connection, kind, text)
    assert is_refused or value == Decimal(text)


@many
@given(st.text("0123456789-+._ex", max_size=22))
def test_an_integer_is_cast_exactly_or_refused(
    connection: duckdb.DuckDBPyConnection, text: str
) -> None:
    is_refused, value = read(connection, INTEGER, text)
    assert is_refused or value == int(text)


@many
@given(st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_a_time_with_an_offset_is_kept_in_utc(
    connection: duckdb.DuckDBPyConnection, local: datetime, minutes: int
) -> None:
    hours, rest = divmod(abs(minutes), 60)
    text = f"{local.isoformat()}{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"
    in_utc = datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    assert read(connection, TIMESTAMP_WITH_ZONE, text) == (False, in_utc)


@pytest.mark.parametrize(
    "wide,narrow,widens",
    [
        (INTEGER, INTEGER, True),
        (column_type("number", "decimal(14,2)"), CENTS, True),
        (CENTS, column_type("number", "decimal(14,2)"), False),
        # One more decimal at the cost of a digit before the point is no widening.
        (column_type("number", "decimal(12,3)"), CENTS, False),
        (column_type("number", "decimal(21,2)"), INTEGER, True),
        (CENTS, INTEGER, False),
        (DOUBLE, CENTS, False),
        (TEXT, DATE, True),
        (DATE, TEXT, False),
        (TIMESTAMP, TIMESTAMP_WITH_ZONE, False),
    ],
)
def test_what_widens_what(wide: ColumnType, narrow: ColumnType, widens: bool) -> None:  # noqa: FBT001
    assert wide.widens(narrow) is widens


@pytest.mark.parametrize(
    "logical,physical,message",
    [
        ("number", None, r"None of a number is neither decimal\(digits,decimals\) nor double"),
        ("number", "decimal(2,2)", "neither decimal"),
        ("number", "decimal(39,2)", "neither decimal"),
        ("number", "money", "'money' of a number"),
        ("object", None, "'object' is not one of string, integer"),
    ],
)
def test_a_type_that_there_is_not(logical: str, physical: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        column_type(logical, physical)
