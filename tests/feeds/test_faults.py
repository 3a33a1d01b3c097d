"""Each fault of a file has a defined outcome, and all other files land.

The files of `FAULTS` are landed together, in one run, as they would arrive on a bad day. On the
emulator, where a file takes seconds, it is one of each kind; `make torture` lands all of them.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.feeds.feed_project import COLUMNS, HEADER, SOURCE, FeedProject, line

from onemart.feeds.gate import Report

# Without key and rules, so that most of these many files need no Great Expectations.
WITHOUT_KEY = [{**column, "primaryKey": False, "required": False} for column in COLUMNS]
REQUIRED = [{**column, "required": column["name"] == "amount"} for column in WITHOUT_KEY]
GOOD = HEADER + line(1) + line(2)
GOOD_JSON = (
    '{"order_id": 1, "customer": "Ann", "amount": 1.00, "units": 1, "rate": 0.5,'
    ' "ordered_on": "2026-01-05", "ordered_at": "2026-01-05 10:00:00"}\n'
)


def parquet(rows: int = 2, **replaced: Any) -> bytes:
    """A Parquet file in the contract's types, but for the columns replaced (None: left out)."""
    columns: dict[str, Any] = {
        "order_id": pa.array(range(1, rows + 1), pa.int64()),
        "customer": pa.array(["Ann"] * rows),
        "amount": pa.array([Decimal("1.00")] * rows, pa.decimal128(12, 2)),
        "units": pa.array([1] * rows, pa.int32()),
        "rate": pa.array([0.5] * rows, pa.float64()),
        "ordered_on": pa.array(["2024-03-01"] * rows).cast(pa.date32()),
        "ordered_at": pa.array(["2024-03-01 10:00:00"] * rows).cast(pa.timestamp("us")),
        **replaced,
    }
    stream = BytesIO()
    kept = {name: column for name, column in columns.items() if column is not None}
    pq.write_table(pa.table(kept), stream)
    return stream.getvalue()


def renamed_in(header: str, old: str, new: str) -> str:
    return header.replace(old, new)


@dataclass(frozen=True)
class Fault:
    """A file and what becomes of it.

    Attributes
    ----------
    counts : tuple of int
        Records delivered, accepted, quarantined, rejected.
    code : str
        The ledger's code, of a rejected file.
    says : tuple of str
        What the ledger's reason, or its warnings, must hold.
    bad : dict
        Line to what its reasons must hold.
    kept : dict
        Line to the bytes that the quarantine must hold.
    """

    file: str
    content: bytes | str
    counts: tuple[int, int, int, int]
    status: str = "accepted"
    code: str | None = None
    says: tuple[str, ...] = ()
    bad: dict[int, tuple[str, ...]] = field(default_factory=dict)
    kept: dict[int, bytes] = field(default_factory=dict)
    feed: str = "orders"


def rejected(
    file: str, content: bytes | str, records: int, code: str, *says: str, feed: str = "orders"
) -> Fault:
    return Fault(
        file, content, (records, 0, 0, records), "rejected", code, (file, *says), feed=feed
    )


def out_of_form(file: str, column: str, value: str, form: str) -> Fault:
    """A file whose third line has a value that is not in its column's form."""
    fields = dict(zip(HEADER.strip().split(","), line(2).strip().split(","), strict=True))
    fields[column] = value
    bad = ",".join(f'"{text}"' if "," in text else text for text in fields.values())
    content = HEADER + line(1) + bad + "\n" + line(3)
    expected = (f"column {column} is not", form, value)
    return Fault(file, content, (3, 2, 1, 0), bad={3: expected}, kept={3: bad.encode()})


FAULTS = {
    "empty file": rejected("empty.csv", "", 0, "empty_file", "header"),
    "empty JSON file": rejected("empty.jsonl", "", 0, "empty_file", feed="events"),
    "only a byte order mark": rejected("mark.csv", b"\xef\xbb\xbf", 0, "empty_file"),
    "only a byte order mark, JSON": rejected(
        "mark.jsonl", b"\xef\xbb\xbf", 0, "empty_file", feed="events"
    ),
    "blank lines only": rejected("blank.csv", "\n\r\n\n", 2, "empty_file", "header"),
    "header only": Fault("header.csv", HEADER, (0, 0, 0, 0)),
    "header without line end": Fault("header2.csv", HEADER.strip(), (0, 0, 0, 0)),
    "Parquet without rows": Fault("no_rows.parquet", parquet(0), (0, 0, 0, 0), feed="stock"),
    "missing column": rejected(
        "missing.csv",
        HEADER.replace(",units", "") + line(1),
        1,
        "missing_column",
        "lacks 'units'",
        "Ask for the agreed columns",
    ),
    "missing column in Parquet": rejected(
        "missing.parquet", parquet(units=None), 2, "missing_column", "lacks 'units'", feed="stock"
    ),
    "column of the reader in Parquet": rejected(
        "reserved.parquet",
        parquet(file_row_number=pa.array([1, 2])),
        2,
        "unreadable_parquet",
        "file_row_number",
        feed="stock",
    ),
    "extra column": Fault(
        "extra.csv",
        HEADER.strip() + ",colour\n" + line(1).strip() + ",red\n",
        (1, 1, 0, 0),
        says=("column 'colour' is not in the contract", "left out"),
    ),
    "extra column in JSON": Fault(
        "extra.jsonl",
        GOOD_JSON.replace("}", ', "colour": "red"}'),
        (1, 1, 0, 0),
        says=("column 'colour' is not in the contract",),
        feed="events",
    ),
    "missing column in JSON": Fault(
        "missing.jsonl",
        GOOD_JSON.replace('"rate": 0.5,', ""),
        (1, 1, 0, 0),
        says=("column 'rate' is in no line",),
        feed="events",
    ),
    "extra column in Parquet": Fault(
        "extra.parquet",
        parquet(colour=pa.array(["red", "red"])),
        (2, 2, 0, 0),
        says=("column 'colour' is not in the contract",),
        feed="stock",
    ),
    "columns in another order": Fault(
        "order.csv",
        "amount,customer,order_id,rate,units,ordered_at,ordered_on\n"
        "7.25,Ann,700,0.5,3,2024-03-01 10:00:00,2024-03-01\n",
        (1, 1, 0, 0),
    ),
    "header in another case": Fault("case.csv", HEADER.upper() + line(1), (1, 1, 0, 0)),
    "renamed column": rejected(
        "renamed.csv",
        HEADER.replace("units", "pieces") + line(1),
        1,
        "missing_column",
        "'units'",
        "'pieces'",
        "renamed?",
    ),
    "renamed column in Parquet": rejected(
        "renamed.parquet",
        parquet(units=None, pieces=pa.array([1, 1])),
        2,
        "missing_column",
        "'units'",
        "'pieces'",
        feed="stock",
    ),
    "column there twice": rejected(
        "twice.csv", HEADER.strip() + ",units\n", 0, "repeated_column", "'units'"
    ),
    "no header": rejected(
        "headless.csv", line(1) + line(2), 1, "missing_header", "line 1", "must be the header"
    ),
    "wrong delimiter": rejected(
        "semicolon.csv",
        GOOD.replace(",", ";"),
        2,
        "wrong_delimiter",
        "semicolon",
        "comma",
        "expectations/erp/orders.yml:",
    ),
    "wrong delimiter, quoted header": rejected(
        "quoted_semicolon.csv",
        '"' + HEADER.strip().replace(",", '";"') + '"\n',
        0,
        "wrong_delimiter",
        "semicolon",
    ),
    "wrong delimiter, tab": rejected(
        "tab.csv", GOOD.replace(",", "\t"), 2, "wrong_delimiter", "tab"
    ),
    "UTF-8 byte order mark": Fault(
        "bom.csv", b"\xef\xbb\xbf" + GOOD.encode(), (2, 2, 0, 0), says=("byte order mark",)
    ),
    "UTF-8 byte order mark, JSON": Fault(
        "bom.jsonl",
        b"\xef\xbb\xbf" + GOOD_JSON.encode(),
        (1, 1, 0, 0),
        says=("byte order mark",),
        feed="events",
    ),
    "UTF-16": rejected("utf16.csv", GOOD.encode("utf-16"), 0, "utf_16", "UTF-16", "as UTF-8"),
    "UTF-16 without a mark": rejected(
        "utf16le.csv", GOOD.encode("utf-16-le"), 0, "utf_16", "UTF-16"
    ),
    "Latin-1 bytes": Fault(
        "latin.csv",
        HEADER.encode() + line(1).encode() + line(2, customer="Zoë").encode("latin-1"),
        (2, 1, 1, 0),
        bad={3: ("0xEB", "UTF-8", "ISO-8859-1", "encoding")},
        kept={3: line(2, customer="Zoë").strip().encode("latin-1")},
    ),
    "Latin-1 bytes, too many": rejected(
        "latin_many.csv",
        HEADER.encode() + b"".join(line(n, customer="Zoë").encode("latin-1") for n in range(4)),
        4,
        "too_many_bad_lines",
        "4 of 4 lines",
        "100.0%",
        "allows 5%",
        "line 2",
        feed="strict",
    ),
    "Latin-1 header": rejected(
        "latin_header.csv",
        HEADER.replace("units", "unités").encode("latin-1"),
        0,
        "unreadable_header",
        "0xE9",
    ),
    "mixed line ends": Fault(
        "mixed.csv",
        HEADER + line(1).replace("\n", "\r\n") + line(2).replace("\n", "\r") + line(3),
        (3, 3, 0, 0),
        says=("mixes line ends", "2 LF", "1 CRLF", "1 CR"),
    ),
    "Windows line ends": Fault("windows.csv", GOOD.replace("\n", "\r\n"), (2, 2, 0, 0)),
    "truncated gzip": rejected(
        "cut.csv.gz",
        gzip.compress((HEADER + "".join(line(n) for n in range(500))).encode())[:-300],
        0,
        "truncated_gzip",
        "cut off",
        "Ask for the file again",
    ),
    "gzip cut in its last bytes": rejected(
        "tail.csv.gz", gzip.compress(GOOD.encode())[:-4], 0, "truncated_gzip"
    ),
    "no gzip at all": rejected(
        "plain.csv.gz", GOOD + line(8), 0, "damaged_gzip", "remove .gz", "from its name"
    ),
    "damaged gzip": rejected(
        "damaged.csv.gz",
        bytes(
            byte ^ (0xFF if 30 < n < 34 else 0)
            for n, byte in enumerate(gzip.compress(GOOD.encode()))
        ),
        0,
        "damaged_gzip",
        "Ask for the file again",
    ),
    "Parquet cut in half": rejected(
        "half.parquet",
        (whole := parquet(2000))[: len(whole) // 2],
        0,
        "damaged_parquet",
        "ask for the file again",
        feed="stock",
    ),
    "Parquet of three bytes": rejected("stub.parquet", b"PAR", 0, "damaged_parquet", feed="stock"),
    "Parquet with a damaged page": rejected(
        "page.parquet",
        b"PAR1" + bytes(400) + whole[404:],
        2000,
        "damaged_parquet",
        feed="stock",
    ),
    "Parquet that is CSV": rejected("text.parquet", GOOD, 0, "damaged_parquet", feed="stock"),
    "too few fields": Fault(
        "few.csv",
        HEADER + line(1) + "2,Ann,1.00\n" + line(3),
        (3, 2, 1, 0),
        bad={3: ("too few fields: 3", "header has 7")},
        kept={3: b"2,Ann,1.00"},
    ),
    "too many fields": Fault(
        "many.csv",
        HEADER + line(1) + line(2).strip() + ",x\r\n" + line(3),
        (3, 2, 1, 0),
        says=("mixes line ends",),
        bad={3: ("too many fields: 8", "header has 7")},
        kept={3: line(2).strip().encode() + b",x"},
    ),
    "quoted line break": Fault(
        "break.csv",
        HEADER + line(1, customer='"Ann\r\nBell"') + line(2),
        (2, 2, 0, 0),
        says=("mixes line ends",),
    ),
    "bad line with a quoted line break": Fault(
        "bad_break.csv",
        HEADER + line(1) + line("x", customer='"Ann\r\nBell"') + line(2),
        (3, 2, 1, 0),
        says=("mixes line ends",),
        bad={3: ("column order_id",)},
        kept={3: line("x", customer='"Ann\r\nBell"').strip().encode()},
    ),
    "unbalanced quote": Fault(
        "quote.csv",
        HEADER
        + line(1)
        + line(2, customer='"Ann')
        + "".join(line(n) for n in range(3, 60))
        + line(60, customer='"Bell, ""Bo"""')
        + line(61),
        (61, 60, 1, 0),
        bad={3: ("a quote opens in field 2", "never closes")},
        kept={3: line(2, customer='"Ann').strip().encode()},
    ),
    "text behind a quote": Fault(
        "behind.csv",
        HEADER + line(1, customer='"Ann" Bell') + line(2),
        (2, 1, 1, 0),
        bad={2: ("behind a closing quote", "doubled")},
    ),
    "NUL byte": Fault(
        "nul.csv",
        HEADER + line(1) + line(2, customer="A\0n") + line(3),
        (3, 2, 1, 0),
        bad={3: ("NUL byte at byte 4",)},
        kept={3: line(2, customer="A\0n").strip().encode()},
    ),
    "NUL byte in JSON": Fault(
        "nul.jsonl",
        GOOD_JSON + GOOD_JSON.replace("Ann", r"A\u0000n") + GOOD_JSON,
        (3, 2, 1, 0),
        bad={2: ("NUL",)},
        feed="events",
    ),
    "half a character in JSON": Fault(
        "surrogate.jsonl",
        GOOD_JSON + GOOD_JSON.replace("Ann", r"\ud83d") + GOOD_JSON,
        (3, 2, 1, 0),
        bad={2: ("not readable",)},
        feed="events",
    ),
    "thousands separator": out_of_form("thousands.csv", "amount", "1,234.50", "digits before"),
    "thousands separator in a whole number": out_of_form(
        "thousands2.csv", "units", "1,234", "whole number"
    ),
    "underscore": out_of_form("underscore.csv", "units", "1_000", "no separators"),
    "decimals for an integer": out_of_form("decimals.csv", "units", "1.6", "whole number"),
    "integer beyond 64 bits": out_of_form(
        "wide.csv", "units", "9223372036854775808", "within 64 bits"
    ),
    "three decimals for cents": out_of_form("cents.csv", "amount", "1.005", "2 after the point"),
    "1e400": out_of_form("huge.csv", "rate", "1e400", "a finite number"),
    "NaN": out_of_form("nan.csv", "rate", "NaN", "a finite number"),
    "infinity": out_of_form("infinity.csv", "rate", "inf", "a finite number"),
    "date as day/month": out_of_form("dmy.csv", "ordered_on", "01/03/2024", "YYYY-MM-DD"),
    "day that is in no calendar": out_of_form("feb.csv", "ordered_on", "2023-02-29", "YYYY-MM-DD"),
    "timestamp with zone": out_of_form(
        "zone.csv", "ordered_at", "2024-03-01T10:00:00+01:00", "without a zone"
    ),
    "space before a number": out_of_form("space.csv", "units", " 5", "whole number"),
    "missing required value": Fault(
        "required.csv",
        HEADER + line(1) + line(2, "") + line(3),
        (3, 2, 1, 0),
        bad={3: ("amount: values to not be null", "expectations/erp/required.yml:")},
        kept={3: line(2, "").strip().encode()},
        feed="required",
    ),
    "several faults in one line": Fault(
        "several.csv",
        HEADER + line("x", "1.005") + line(2),
        (2, 1, 1, 0),
        bad={2: ("column order_id", "column amount")},
    ),
    "several faults in one Parquet row": Fault(
        "several.parquet",
        parquet(units=pa.array(["1.6", "2"]), rate=pa.array([float("nan"), 1.5])),
        (2, 1, 1, 0),
        bad={1: ("column units", "column rate")},
        feed="stock",
    ),
    "NaN in Parquet": Fault(
        "nan.parquet",
        parquet(rate=pa.array([1.5, float("nan")])),
        (2, 1, 1, 0),
        bad={2: ("column rate", "a finite number", "nan")},
        feed="stock",
    ),
    "Parquet with years that no warehouse shares": Fault(
        "years.parquet",
        parquet(
            ordered_on=pa.array([-800_000, 19_000], pa.int32()).cast(pa.date32()),
            rate=pa.array([0.5, 0.5]),
        ),
        (2, 1, 1, 0),
        bad={1: ("column ordered_on", "YYYY-MM-DD")},
        feed="stock",
    ),
    "malformed JSON": Fault(
        "malformed.jsonl",
        GOOD_JSON + '{"order_id": 2, "amount": }\n' + "[1, 2]\n" + '{"amount": NaN}\n' + GOOD_JSON,
        (5, 2, 3, 0),
        bad={2: ("not JSON", "character 27"), 3: ("no object",), 4: ("NaN is no JSON number",)},
        kept={2: b'{"order_id": 2, "amount": }', 3: b"[1, 2]"},
        feed="events",
    ),
    "JSON with a key twice": Fault(
        "twice.jsonl",
        GOOD_JSON.replace("}", ', "amount": 2}') + GOOD_JSON,
        (2, 1, 1, 0),
        bad={1: ("a key is there twice",)},
        feed="events",
    ),
    "JSON too deep": Fault(
        "deep.jsonl",
        GOOD_JSON + '{"customer": ' + "[" * 100_000 + "\n",
        (2, 1, 1, 0),
        bad={2: ("not readable as JSON",)},
        feed="events",
    ),
    "file name of another feed": rejected(
        "prices_2024.csv", GOOD, 2, "unexpected_file_name", "does not look like", feed="named"
    ),
    "name with spaces and quotes": Fault('my "best" file\'s.csv', GOOD + line(3), (3, 3, 0, 0)),
    "name that drops a table": Fault(
        "x'; drop table ops.delivery_log; --.csv", GOOD + line(4), (3, 3, 0, 0)
    ),
    "name that drops a table, Parquet": Fault(
        "x'; drop table ops.delivery_log; --.parquet", parquet(3), (3, 3, 0, 0), feed="stock"
    ),
    "name with a pattern": Fault("[a-z]*?{1,2}.csv", GOOD + line(5), (3, 3, 0, 0)),
    "name with a pattern, Parquet": Fault(
        "[a-z]*?{1,2}.parquet", parquet(4), (4, 4, 0, 0), feed="stock"
    ),
    "name of a partition, Parquet": Fault("year=1.parquet", parquet(5), (5, 5, 0, 0), feed="stock"),
    "name that is not UTF-8": Fault("caf\udce9.csv", GOOD + line(6), (3, 3, 0, 0)),
    "name that is not UTF-8, Parquet": Fault(
        "caf\udce9.parquet", parquet(6), (6, 6, 0, 0), feed="stock"
    ),
    "name that is not UTF-8, rejected": Fault(
        "nil\udce9.csv", b"", (0, 0, 0, 0), "rejected", "empty_file", (r"nil\xe9.csv",)
    ),
    "name with a line break": Fault("two\nlines.csv", GOOD + line(7), (3, 3, 0, 0)),
    "good file": Fault("good.csv", GOOD, (2, 2, 0, 0)),
    "good file, JSON": Fault("good.jsonl", GOOD_JSON * 2, (2, 2, 0, 0), feed="events"),
    "good file, Parquet": Fault("good.parquet", parquet(7), (7, 7, 0, 0), feed="stock"),
}


@dataclass
class Landed:
    """The project after the bad day, the report, its rows by feed and file, and raw's counts."""

    project: FeedProject
    files: int
    report: Report
    ledger: dict[tuple[str, str], dict[str, Any]]
    quarantine: dict[tuple[str, str], dict[int, dict[str, Any]]]
    raw: dict[tuple[str, str], int]


ONE_OF_A_KIND = (
    "empty file",
    "header only",
    "extra column in JSON",
    "columns in another order",
    "missing column in Parquet",
    "Latin-1 bytes",
    "Latin-1 bytes, too many",
    "quoted line break",
    "bad line with a quoted line break",
    "NUL byte in JSON",
    "missing required value",
    "several faults in one line",
    "several faults in one Parquet row",
    "Parquet with years that no warehouse shares",
    "Parquet with a damaged page",
    "name that drops a table",
    "name that is not UTF-8",
    "name that is not UTF-8, Parquet",
    "name with a line break",
    "good file, JSON",
)
DAYS = {
    "duckdb": tuple(FAULTS),
    "emulator": ONE_OF_A_KIND,
    "emulator, all": tuple(FAULTS),
}


def marks(day: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.torture] if day == "emulator, all" else []


@pytest.fixture(scope="module")
def bad_day(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    great_expectations: None,  # noqa: ARG001
) -> Callable[[str], Landed]:
    """Land the files of a day once."""

    @cache
    def landed(day: str) -> Landed:
        emulator = None if day == "duckdb" else request.getfixturevalue("emulator")
        folder = tmp_path_factory.mktemp("bad day [1] k=v")
        return land_all(FeedProject(folder / "it's a project", emulator=emulator), DAYS[day])

    return landed


def land_all(project: FeedProject, names: tuple[str, ...]) -> Landed:
    project.contract("orders", WITHOUT_KEY)
    project.contract("strict", WITHOUT_KEY, maxBadShare=0.05)
    project.contract("required", REQUIRED)
    project.contract("named", WITHOUT_KEY, fileName=r"orders_[0-9]+\.csv")
    project.contract("events", WITHOUT_KEY, file={"format": "jsonl"})
    project.contract("stock", WITHOUT_KEY, file={"format": "parquet"})
    for name in names:
        fault = FAULTS[name]
        project.land_file(fault.file, fault.content, fault.feed)
    report = project.land()
    ledger = {
        (row["feed"], row["file_name"]): row
        for row in project.dicts("select * from ops.deliveries")
    }
    quarantine: dict[tuple[str, str], dict[int, dict[str, Any]]] = {}
    raw = {}
    for feed in ("orders", "strict", "required", "named", "events", "stock"):
        for row in project.quarantine(feed):
            quarantine.setdefault((feed, row["file_name"]), {})[row["line"]] = row
        for identity, rows in project.rows(
            f"select _delivery_id, count(*) as records from raw.{SOURCE}__{feed} group by 1"
        ):
            raw[(feed, identity)] = rows
    return Landed(project, len(names), report, ledger, quarantine, raw)


@pytest.mark.parametrize(
    "day,name",
    [
        pytest.param(day, name, marks=marks(day), id=f"{day}-{name}")
        for day, names in DAYS.items()
        for name in names
    ],
)
def test_file_with_a_fault_has_its_defined_outcome(
    bad_day: Callable[[str], Landed], day: str, name: str
) -> None:
    landed = bad_day(day)
    fault = FAULTS[name]
    told = fault.file.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    row = landed.ledger[(fault.feed, told)]
    counts = tuple(
        row[f"records_{kind}"] for kind in ("delivered", "accepted", "quarantined", "rejected")
    )
    assert (row["status"], row["reason_code"], row["reason"] if row["reason_code"] else None) == (
        fault.status,
        fault.code,
        row["reason"] if fault.code else None,
    )
    assert counts == fault.counts
    message = "\n".join([row["reason"] or "", *row["warnings"]])
    for words in fault.says:
        assert words in message
    if not fault.says:
        assert message == ""
    lines = landed.quarantine.get((fault.feed, told), {})
    assert sorted(lines) == sorted(fault.bad)
    for number, expected in fault.bad.items():
        reasons = " | ".join(lines[number]["reasons"])
        for words in expected:
            assert words in reasons
        assert lines[number]["state"] == "open"
    for number, record in fault.kept.items():
        assert lines[number]["record"] == record
    assert landed.raw.get((fault.feed, row["delivery_id"]), 0) == fault.counts[1]
    place = "rejected" if fault.status == "rejected" else "archive"
    folder = landed.project.root / place / "corner" / SOURCE / fault.feed / row["delivery_id"]
    content = fault.content.encode() if isinstance(fault.content, str) else fault.content
    assert (folder / fault.file).read_bytes() == content


@pytest.mark.parametrize("day", [pytest.param(day, marks=marks(day)) for day in DAYS])
def test_bad_day_leaves_nothing_behind_and_exits_with_3(
    bad_day: Callable[[str], Landed], day: str
) -> None:
    landed = bad_day(day)
    assert landed.report.exit_status == 3
    assert len(landed.report.outcomes) == len(landed.ledger) == landed.files
    with landed.project.warehouse() as warehouse:
        assert warehouse.tables("landing") == {}
    left = [
        path
        for folder in (landed.project.shop.landing, landed.project.shop.work)
        for path in folder.rglob("*")
        if not path.is_dir()
    ]
    assert left == []
