"""Records of CSV against Python's own reader, whatever the borders of the chunks cut through."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.feeds.feed_project import FeedProject

from onemart.feeds import look, records
from onemart.feeds.contract import Contract, load_contract
from onemart.feeds.look import look_at
from onemart.feeds.records import TextRecords

Row = tuple[int, bytes, str | None, tuple[str | None, ...]]

CHUNKS = [3, 4, 5, 7, 16, 64, 4 << 20]
fields = st.text(st.sampled_from('ab,;"\n\r\té€😀 \u2028\x85'), max_size=6) | st.sampled_from(
    ["", '"', '""', "\r\n", ",", "\n\n"]
)


def contract_for(folder: Path, columns: int, **file: Any) -> Contract:
    described = [{"name": f"c{number}", "logicalType": "string"} for number in range(columns)]
    return load_contract(FeedProject(folder).contract("texts", described, file=file))


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return contract_for(tmp_path_factory.mktemp("three"), 3)


@pytest.fixture(scope="module")
def three_by_tab(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    tab = [{"property": "delimiter", "value": "\t"}]
    return contract_for(tmp_path_factory.mktemp("three"), 3, customProperties=tab)


def read(path: Path, contract: Contract, chunk: int) -> list[Row]:
    """All records of the file by line, read in chunks of that size; the lines are counted twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_CHUNK", chunk)
        patch.setattr(look, "_CHUNK", chunk)
        reader = TextRecords(path, contract)
        rows = [row for batch in reader.batches() for row in batch.to_pylist()]
        assert reader.lines_read == look_at(path, is_text=True).lines
    assert reader.records_read == len(rows)
    found = [
        (row["_line"], row["_record"], row["_defect"], tuple(list(row.values())[3:]))
        for row in rows
    ]
    return sorted(found, key=lambda row: row[0])


def encode(values: list[tuple[str, bool]], end: str) -> str:
    """One record; fields that need no quotes have them or not."""
    return ",".join(map(encode_field, values)) + end


def encode_field(value: tuple[str, bool]) -> str:
    text, is_quoted = value
    if is_quoted or any(letter in text for letter in ',"\r\n'):
        text = '"' + text.replace('"', '""') + '"'
    return text


def lines_of(text: str) -> int:
    return len(text.encode().splitlines())


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(
            st.lists(st.tuples(fields, st.booleans()), min_size=3, max_size=3),
            st.sampled_from(["\n", "\r\n", "\r"]),
        ),
        max_size=8,
    ),
    chunk=st.sampled_from(CHUNKS),
    has_mark=st.booleans(),
    has_last_end=st.booleans(),
)
def test_records_are_those_of_python_with_their_lines_and_bytes(
    tmp_path: Path,
    three: Contract,
    *,
    rows: list[tuple[list[tuple[str, bool]], str]],
    chunk: int,
    has_mark: bool,
    has_last_end: bool,
) -> None:
    texts = [encode(values, end) for values, end in rows]
    expected: list[Row] = []
    number = 2
    for (values, end), text in zip(rows, texts, strict=True):
        record = text.removesuffix(end).encode()
        expected.append((number, record, None, tuple(value or None for value, _ in values)))
        number += lines_of(text)
    content = "c0,c1,c2\n" + "".join(texts)
    if texts and not has_last_end:
        content = content.removesuffix(rows[-1][1])
    path = tmp_path / "texts.csv"
    path.write_bytes((b"\xef\xbb\xbf" if has_mark else b"") + content.encode())
    found = read(path, three, chunk)
    assert found == expected
    python = list(csv.reader(io.StringIO(content, newline="")))[1:]
    assert [[value or "" for value in row[3]] for row in found] == python


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    pieces=st.lists(
        st.sampled_from(
            [
                *(
                    b"a",
                    b",",
                    b'"',
                    b"\n",
                    b"\r",
                    b"\r\n",
                    b"\0",
                    b"\xc3\xa9",
                    b"\xc3",
                    b" ",
                    b"\t",
                ),
                *(b'1,2,"', b"1,2,3\n", b'"x\ny",2,3\n', b"longer than all others", b",,\n", b"\t"),
            ]
        ),
        max_size=40,
    ),
    chunk=st.sampled_from(CHUNKS[:-1]),
    delimiter=st.sampled_from([",", "\t"]),
)
def test_no_border_of_a_chunk_changes_any_content(
    tmp_path: Path,
    three: Contract,
    three_by_tab: Contract,
    *,
    pieces: list[bytes],
    chunk: int,
    delimiter: str,
) -> None:
    contract = {",": three, "\t": three_by_tab}[delimiter]
    stop = delimiter.encode()
    path = tmp_path / "any.csv"
    path.write_bytes(b"c0,c1,c2\n".replace(b",", stop) + b"".join(pieces).replace(b",", stop))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "LONGEST_RECORD", 12)
        whole = read(path, contract, CHUNKS[-1])
        assert read(path, contract, chunk) == whole
    for _, record, defect, _ in whole:
        assert record in path.read_bytes()
        assert len(record) <= 13
        assert (len(record) == 13) == ("longer than" in (defect or ""))
