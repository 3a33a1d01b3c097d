"""Text deliveries as records: each with its physical line, its bytes and its fields.

DuckDB's readers cannot serve here: they give no line for a record that they accept, shift lines
after a quoted line break, lose an overlong line without a word, and shorten long numbers in JSON
(found with DuckDB 2.0). Whole chunks without quotes, the usual case, are split by Arrow;
only records with quotes are parsed one by one.
"""

import csv
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from onemart.feeds.contract import Contract
from onemart.feeds.look import BYTE_ORDER_MARK, Unreadable, open_bytes

__all__ = [
    "LONGEST_RECORD",
    "Records",
    "TextRecords",
    "extra_column",
    "parse_records",
    "record_schema",
]

LONGEST_RECORD = 1 << 20
"""Bytes of the longest record that is read; a longer one goes to quarantine, cut here."""

_MOST_LINES_IN_QUOTES = 1_000
_CHUNK = 4 << 20
_ESCAPED = re.compile(r"\\u(0000|[dD][89a-fA-F])")
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}

csv.field_size_limit(LONGEST_RECORD)


@dataclass
class _Rows:
    """Records that share a fate, column-wise: parsed ones with fields, the others with a defect."""

    lines: list[int] = field(default_factory=list)
    records: list[bytes] = field(default_factory=list)
    fields: list[list[str | None]] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


class Records(ABC):
    """Reads one file, record by record.

    Parameters
    ----------
    path : pathlib.Path
        The file; `.gz` is decompressed.
    contract : Contract
        Its columns, format, encoding and delimiter.

    Attributes
    ----------
    notes : list of str
        What is unusual, but no reason to refuse the file.
    header : list of str
        The columns in the order of the file.
    lines_read, records_read : int
        Physical lines passed so far, and records given.
    """

    def __init__(self, path: Path, contract: Contract) -> None:
        self.path = path
        self.contract = contract
        self.notes: list[str] = []
        self.header: list[str] = []
        self.lines_read = 0
        self.records_read = 0
        self.schema = record_schema(contract)

    @abstractmethod
    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the records in the order of the file, a few megabytes at a time."""


class TextRecords(Records):
    """Reads one CSV or JSON Lines file."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the records in the order of the file, a few megabytes at a time.

        Raises
        ------
        Unreadable
            If the header does not fit the contract or the compression is damaged.
        """
        with open_bytes(self.path) as content:
            lines = _Lines(content)
            parse: CsvParser | JsonParser
            if self.contract.format == "csv":
                parse = self._csv_parser(lines)
            else:
                parse = JsonParser(self.contract, self.notes)
            while lines.fill():
                rows, plain = parse(lines)
                yield from self._given(plain, _table(rows, self.schema))
            self.lines_read = lines.number
            if isinstance(parse, JsonParser):
                parse.note_absent()

    def _csv_parser(self, lines: "_Lines") -> "CsvParser":
        while (line := lines.peek()) is not None and not _without_end(line):
            lines.take()
        if lines.peek() is None:
            raise Unreadable(
                "empty_file",
                f"{self.path.name} has blank lines only. The first line is the header.",
            )
        _, first = lines.take()
        self.header = _header(_without_end(first), self.contract, self.path.name, self.notes)
        return CsvParser(self.contract, self.header)

    def _given(self, *tables: pa.Table | None) -> Iterator[pa.RecordBatch]:
        for table in tables:
            if table is not None and table.num_rows:
                self.records_read += table.num_rows
                yield from table.to_batches()


def record_schema(contract: Contract) -> pa.Schema:
    """Return the columns of `batches`: line, bytes, defect, and each field as text."""
    fields = [("_line", pa.int64()), ("_record", pa.binary()), ("_defect", pa.string())]
    return pa.schema([*fields, *((column.name, pa.string()) for column in contract.columns)])


def parse_records(
    records: list[tuple[int, bytes]], contract: Contract, header: list[str], *, as_json: bool
) -> pa.Table:
    """Parse single records again, each (line, bytes), into the table that `batches` would give.

    Parameters
    ----------
    header : list of str
        The columns in the order of the file that the records come from.
    as_json : bool
        Whether the records are JSON objects, whatever the feed's format.
    """
    rows = _Rows()
    parser = JsonParser(contract, []) if as_json else CsvParser(contract, header)
    for line, record in records:
        parser.one(line, record, rows)
    return _table(rows, record_schema(contract))


def _table(rows: _Rows, schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows.fields, strict=True)) or [()] * (len(schema) - 3)
    return pa.table(
        [
            pa.array(rows.lines, pa.int64()),
            pa.array(rows.records, pa.binary()),
            pa.array([defect or None for defect in rows.defects], pa.string()),
            *(pa.array(column, pa.string()) for column in columns),
        ],
        schema=schema,
    )


class _Lines:
    """Physical lines of a stream, with their numbers and ends, in blocks of bounded size."""

    def __init__(self, content: IO[bytes]) -> None:
        self._read = content.read
        self._rest = b""
        self._at_end = False
        self._is_first = True
        self._block: list[bytes] = []
        self._next = 0
        self.number = 0

    def fill(self) -> bool:
        """Read on until there are lines or nothing is left; tell which."""
        while self._next >= len(self._block) and not self._at_end:
            self._block, self._next = self._read_block().splitlines(keepends=True), 0
        return self._next < len(self._block)

    def _read_block(self) -> bytes:
        """Return the next whole lines; nothing, if more must be read for that."""
        chunk = self._read(max(_CHUNK, len(BYTE_ORDER_MARK)))
        if not chunk:
            self._at_end = True
            return self._rest
        if self._is_first:
            chunk = chunk.removeprefix(BYTE_ORDER_MARK)
            self._is_first = False
        data = self._rest + chunk
        # The line feed that belongs to a last carriage return may be the next byte.
        end = max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1
        if not end and len(data) > LONGEST_RECORD + 1:
            self._pass_overlong(data)
            return b""
        self._rest = data[end:]
        return data[:end]

    def _pass_overlong(self, data: bytes) -> None:
        """Keep the start of a line that has no end in sight, and pass over the rest of it."""
        self._rest = data[: LONGEST_RECORD + 1]
        if data.endswith(b"\r"):
            self._rest += b"\r"
            return
        while chunk := self._read(_CHUNK):
            end = min((at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0), default=-1)
            if end >= 0:
                self._rest += chunk[end:]
                return

    def peek(self) -> bytes | None:
        """Return the next line without passing it; None at the end."""
        return self._block[self._next] if self.fill() else None

    def take(self) -> tuple[int, bytes]:
        """Pass the next line and return its number, from 1, with its bytes."""
        self.fill()
        line = self._block[self._next]
        self._next += 1
        self.number += 1
        return self.number, line

    def take_block(self) -> tuple[int, list[bytes]]:
        """Pass all lines that are in memory; return the number of the first with them."""
        first, block = self.number + 1, self._block[self._next :]
        self._next = len(self._block)
        self.number += len(block)
        return first, block

    def put_back(self, lines: list[bytes]) -> None:
        """Undo `take` for the last `lines`."""
        self.number -= len(lines)
        if self._next >= len(lines):
            self._next -= len(lines)
        else:
            self._block, self._next = lines + self._block[self._next :], 0


def _without_end(line: bytes) -> bytes:
    if line.endswith(b"\n"):
        return line[:-2] if line.endswith(b"\r\n") else line[:-1]
    return line.removesuffix(b"\r")


def _decode(record: bytes, encoding: str) -> tuple[str, str]:
    """Return the text and a defect, of which one is empty."""
    if len(record) > LONGEST_RECORD:
        return "", (
            f"the line is longer than {LONGEST_RECORD:,} bytes; only its start is kept here,"
            " the whole is in the archived file"
        )
    if b"\0" in record:
        return "", f"NUL byte at byte {record.index(0) + 1} of the line"
    try:
        return record.decode(encoding), ""
    except UnicodeDecodeError as error:
        byte = record[error.start]
        return "", (
            f"byte {error.start + 1} of the line (0x{byte:02X}) is not {encoding}; if the vendor"
            " writes ISO-8859-1 or Windows-1252, say so in the contract's encoding"
        )


class CsvParser:
    """Turns lines of CSV (RFC 4180, any delimiter) into records in the contract's column order."""

    def __init__(self, contract: Contract, header: list[str]) -> None:
        self.schema = record_schema(contract)
        self.encoding = contract.encoding
        self.delimiter = contract.delimiter
        self.width = len(header)
        # Records from a file older than a column lack it.
        self.positions = [
            header.index(column.name) if column.name in header else None
            for column in contract.columns
        ]
        stop = re.escape(contract.delimiter)
        opened = r'"[^"]*+(?:""[^"]*+)*+'
        closed = rf'(?:{opened}"|[^"{stop}][^{stop}]*+|)'
        self._whole = re.compile(rf"{closed}(?:{stop}{closed})*+")
        self._open = re.compile(rf"(?:{closed}{stop})*+{opened}")
        self._blank = b" \t".replace(contract.delimiter.encode(), b"")

    def __call__(self, lines: _Lines) -> tuple[_Rows, pa.Table | None]:
        rows = _Rows()
        first, block = lines.take_block()
        whole = b"".join(block)
        if b'"' not in whole and max(map(len, block)) <= LONGEST_RECORD:
            return rows, self._split(range(first, first + len(block)), block, rows)
        lines.put_back(block)
        numbers, plain = [], []
        while lines.number < first - 1 + len(block):
            number, line = lines.take()
            if b'"' in line or len(line) > LONGEST_RECORD:
                self.one(number, _without_end(self._to_end_of_quotes(line, lines)), rows)
            else:
                numbers.append(number)
                plain.append(line)
        return rows, self._split(numbers, plain, rows) if plain else None

    def _split(self, numbers: Sequence[int], lines: list[bytes], rows: _Rows) -> pa.Table | None:
        """Split lines without quotes at once; None if some are not in the encoding."""
        records = [_without_end(line) for line in lines]
        joined = b"\n".join(records)
        try:
            texts = [] if b"\0" in joined else joined.decode(self.encoding).split("\n")
        except UnicodeDecodeError:
            texts = []
        if not texts:
            for single, record in zip(numbers, records, strict=True):
                self.one(single, record, rows)
            return None
        text = pa.array(texts, pa.string())
        number = pa.array(numbers, pa.int64())
        record = pa.array(records, pa.binary())
        fields = pc.split_pattern(text, self.delimiter)
        fits = pc.equal(pc.list_value_length(fields), self.width)
        if self.width == 1:
            fits = pc.and_(fits, pc.not_equal(pc.utf8_trim(text, self._blank.decode()), ""))
        for index in pc.indices_nonzero(pc.invert(fits)).to_pylist():
            self.one(numbers[index], records[index], rows)
        fields, number, record = fields.filter(fits), number.filter(fits), record.filter(fits)
        columns = []
        for position in self.positions:
            if position is None:
                columns.append(pa.nulls(len(number), pa.string()))
                continue
            values = pc.list_element(fields, position)
            columns.append(pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values))
        no_defect = pa.nulls(len(number), pa.string())
        return pa.table([number, record, no_defect, *columns], schema=self.schema)

    def one(self, number: int, record: bytes, rows: _Rows) -> None:
        """Append the record to `rows`, with its fields or its defect; a blank line is no record."""
        if not record.strip(self._blank):
            return
        text, defect = _decode(record, self.encoding)
        fields: list[str | None] = [None] * len(self.positions)
        if not defect:
            values, defect = self._fields(text)
            if not defect:
                fields = [
                    None if position is None else values[position] or None
                    for position in self.positions
                ]
        rows.lines.append(number)
        rows.records.append(record[: LONGEST_RECORD + 1])
        rows.fields.append(fields)
        rows.defects.append(defect)

    def _fields(self, text: str) -> tuple[list[str], str]:
        if not self._whole.fullmatch(text):
            if self._open.fullmatch(text):
                opened = len(next(csv.reader([text], delimiter=self.delimiter)))
                return [], f"a quote opens in field {opened} and never closes"
            return [], "text stands behind a closing quote; a quote inside a field is doubled"
        values = next(csv.reader([text], delimiter=self.delimiter, strict=True))
        if len(values) == self.width:
            return values, ""
        amount = "few" if len(values) < self.width else "many"
        return [], f"too {amount} fields: {len(values)}, the header has {self.width}"

    def _to_end_of_quotes(self, line: bytes, lines: _Lines) -> bytes:
        """Join the lines that a quoted field spans; if it never closes, the first line alone."""
        taken: list[bytes] = []
        joined = line
        while self._open.fullmatch(_without_end(joined).decode("latin-1")):
            size = len(joined)
            while True:
                following = lines.peek()
                if following is None or size > LONGEST_RECORD or len(taken) > _MOST_LINES_IN_QUOTES:
                    lines.put_back(taken)
                    return line
                lines.take()
                taken.append(following)
                size += len(following)
                if b'"' in following:
                    break
            joined = line + b"".join(taken)
        if self._whole.fullmatch(_without_end(joined).decode("latin-1")):
            return joined
        lines.put_back(taken)
        return line


class JsonParser:
    """Turns lines of JSON into records in the contract's column order; numbers keep every digit."""

    def __init__(self, contract: Contract, notes: list[str]) -> None:
        self.columns = [column.name for column in contract.columns]
        self.notes = notes
        self._seen: set[str] = set()

    def __call__(self, lines: _Lines) -> tuple[_Rows, pa.Table | None]:
        rows = _Rows()
        first, block = lines.take_block()
        for number, line in enumerate(block, first):
            self.one(number, _without_end(line), rows)
        return rows, None

    def one(self, number: int, record: bytes, rows: _Rows) -> None:
        """Append the record to `rows`, with its fields or its defect; a blank line is no record."""
        if not record.strip():
            return
        text, defect = _decode(record, "UTF-8")
        fields: list[str | None] = [None] * len(self.columns)
        if not defect:
            try:
                found = json.loads(
                    text,
                    parse_int=str,
                    parse_float=str,
                    parse_constant=_refuse_constant,
                    object_pairs_hook=_unique_keys,
                )
                if not isinstance(found, dict):
                    raise TypeError("the line is JSON, but no object")
                given = [_as_text(found.get(column)) for column in self.columns]
                if _ESCAPED.search(text):
                    _refuse_escaped([*given, *found])
                fields = given
                self._note_unknown(set(found))
            except json.JSONDecodeError as error:
                defect = f"not JSON: {error.msg} at character {error.colno}"
            except (TypeError, ValueError, RecursionError) as error:
                defect = f"not readable as JSON: {error}"
        rows.lines.append(number)
        rows.records.append(record[: LONGEST_RECORD + 1])
        rows.fields.append(fields)
        rows.defects.append(defect)

    def _note_unknown(self, keys: set[str]) -> None:
        for key in sorted(keys - self._seen - set(self.columns)):
            self.notes.append(extra_column(key))
        self._seen |= keys

    def note_absent(self) -> None:
        """Note the columns that no line has; JSON may leave out what is null throughout."""
        if self._seen:
            self.notes.extend(
                f"column '{column}' is in no line; it is null throughout"
                for column in self.columns
                if column not in self._seen
            )


def _refuse_escaped(texts: list[str | None]) -> None:
    """Refuse what a text cannot hold: NUL, and one half of a pair of surrogates."""
    joined = "".join(text or "" for text in texts)
    if "\0" in joined:
        raise ValueError("a text holds NUL")
    try:
        joined.encode()
    except UnicodeEncodeError:
        raise ValueError("a text holds half a character, a lone surrogate") from None


def _refuse_constant(constant: str) -> str:
    raise ValueError(f"{constant} is no JSON number")


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _as_text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def extra_column(column: str) -> str:
    """Return the note on a column of a file that its contract does not have."""
    return (
        f"column '{column}' is not in the contract; it was left out and stays in the archived file"
    )


def _header(line: bytes, contract: Contract, file_name: str, notes: list[str]) -> list[str]:
    """Return the header's columns, named as in the contract.

    Raises
    ------
    Unreadable
        If a column is missing, is there twice, or the delimiter is another one.
    """
    text, defect = _decode(line, contract.encoding)
    if defect:
        raise Unreadable("unreadable_header", f"{file_name}: the header is not readable: {defect}.")
    known = {column.name.lower(): column.name for column in contract.columns}
    found = [
        known.get(column.strip().lower(), column.strip())
        for column in next(csv.reader([text], delimiter=contract.delimiter), [])
    ]
    missing = [column for column in known.values() if column not in found]
    if missing:
        raise Unreadable(*_why_missing(text, found, missing, contract, file_name))
    for column in found:
        if found.count(column) > 1:
            raise Unreadable(
                "repeated_column",
                f"{file_name}: the header names column '{column}' more than once."
                " Ask for a file in which each column has its own name.",
            )
    notes.extend(extra_column(column) for column in found if column not in known.values())
    return found


def _why_missing(
    text: str, found: list[str], missing: list[str], contract: Contract, file_name: str
) -> tuple[str, str]:
    expected = {column.name.lower() for column in contract.columns}
    for delimiter, word in _DELIMITERS.items():
        others = {
            column.strip().lower() for column in next(csv.reader([text], delimiter=delimiter), [])
        }
        if delimiter != contract.delimiter and len(expected) > 1 and expected <= others:
            wanted = _DELIMITERS.get(contract.delimiter, repr(contract.delimiter))
            return "wrong_delimiter", (
                f"{file_name}: the fields are separated by {word}, the contract says {wanted}."
                f" Ask for the agreed delimiter, or change it in {contract.where(1)}."
            )
    unknown = [column for column in found if column.lower() not in expected]
    columns = ", ".join(f"'{column}'" for column in missing)
    if len(missing) == len(expected):
        return "missing_header", (
            f"{file_name}: line 1 has none of the contract's columns ({columns})."
            " The first line must be the header."
        )
    renamed = ""
    if unknown:
        renamed = f" The header has {', '.join(map(repr, unknown))} instead: renamed?"
    return "missing_column", (
        f"{file_name}: the header lacks {columns}.{renamed}"
        " Ask for the agreed columns, or change the contract and raise its version."
    )
