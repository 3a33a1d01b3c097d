"""UCI Online Retail: thirteen months of invoice lines of a UK online shop."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from onemart.errors import UsageError
from onemart.project import Shop
from onemart.samples.delivery import Choose, Delivered, SampleFile, choose_all, deliver
from onemart.warehouse.duckdb_dialect import literal, name

__all__ = ["SOURCE", "write_uci_online_retail"]

SOURCE = "uci_online_retail"
_COLUMNS = (
    "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
    "Country",
)  # fmt: skip
_ACCEPTED = (
    "Give the data set as Parquet (.parquet) or comma-separated UTF-8 text (.csv, .csv.gz)"
    f" with the columns {', '.join(_COLUMNS)} and InvoiceDate as YYYY-MM-DD HH:MM:SS."
)
# Excel and pandas turn the numbers of a column with gaps into 17850.0.
_TYPED = {
    "InvoiceNo": "cast({column} as varchar)",
    "StockCode": "cast({column} as varchar)",
    "Description": "nullif(cast({column} as varchar), '')",
    "Quantity": "try_cast({column} as bigint)",
    "InvoiceDate": "try_cast({column} as timestamp)",
    "UnitPrice": "try_cast({column} as decimal(12, 3))",
    "CustomerID": "cast(try_cast(try_cast({column} as double) as bigint) as varchar)",
    "Country": "cast({column} as varchar)",
}
_MUST_READ = ("Quantity", "InvoiceDate", "UnitPrice", "CustomerID")


def write_uci_online_retail(
    shop: Shop,
    file: Path,
    *,
    on_file: Callable[[str], None] | None = None,
    choose: Choose = choose_all,
) -> Delivered:
    """Deliver UCI Online Retail into the landing folder of `shop`, one CSV a month.

    Lines keep the order of `file`: they have no key, so file and line are what tells them apart.
    A file that the shop has already is not written again.

    Parameters
    ----------
    shop : Shop
        Whose landing folder gets the files.
    file : pathlib.Path
        The data set as Parquet or CSV, with the columns as UCI names them.
    on_file : Callable, optional
        Called with each file's name when it is written, or found to be there.
    choose : Callable, optional
        Delivers a part of the sample: called with each of its files.

    Raises
    ------
    UsageError
        If `file` is not the data set; the message says what is missing.
    OnemartError
        If a file cannot be written.
    """
    with duckdb.connect() as connection:
        _load(connection, file)
        files = [chosen for chosen in map(choose, _files(connection)) if chosen is not None]
        return deliver(connection, files, shop, SOURCE, on_file=on_file)


def _load(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Fill the table `invoice_lines` from `file`, or say what is wrong with it."""
    if not file.is_file():
        raise UsageError(f"{file} is not a file.", _ACCEPTED)
    reader = _reader(file)
    try:
        found = {row[0] for row in connection.execute(f"describe from {reader}").fetchall()}
        absent = [column for column in _COLUMNS if column not in found]
        if absent:
            raise UsageError(f"{file} has no column {', '.join(absent)}.", _ACCEPTED)
        columns = ", ".join(
            f"{typed.format(column=name(column))} as {name(column)}"
            for column, typed in _TYPED.items()
        )
        given = ", ".join(
            f"cast({name(column)} as varchar) as {name(column + ' given')}" for column in _MUST_READ
        )
        connection.execute(
            "create temp table invoice_lines as"
            f" select row_number() over () as line, {columns}, {given} from {reader}"
        )
    except duckdb.Error as error:
        problem = str(error).splitlines()[0]
        raise UsageError(f"{file} cannot be read: {problem}.", _ACCEPTED) from error
    _check_values(connection, file)


def _reader(file: Path) -> str:
    if any(character in str(file) for character in "*?["):
        # DuckDB would take the name for a pattern.
        raise UsageError(f"{file} has one of * ? [ in its path.", "Rename it.")
    kind = "".join(file.suffixes[-2:]).lower()
    if file.suffix.lower() == ".parquet":
        return f"read_parquet({literal(str(file))})"
    if file.suffix.lower() == ".csv" or kind == ".csv.gz":
        return (
            f"read_csv({literal(str(file))}, all_varchar = true, header = true, delim = ',',"
            " quote = '\"', escape = '\"', encoding = 'utf-8')"
        )
    raise UsageError(f"{file} is neither Parquet nor CSV.", _ACCEPTED)


def _check_values(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    for column in _MUST_READ:
        given, read = name(column + " given"), name(column)
        missing = "" if column == "CustomerID" else f" or {read} is null"
        # The casts round, so what they give must be the number that the file gives.
        rounded = f"abs(try_cast({given} as double) - try_cast({read} as double)) > 1e-6"
        row = connection.execute(
            f"select line, {given} from invoice_lines"
            f" where ({given} <> '' and {read} is null){missing} or {rounded}"
            " order by line limit 1"
        ).fetchone()
        if row is not None:
            raise UsageError(
                f"{file}, row {row[0]}: {column} is {row[1]!r}, which cannot be read.", _ACCEPTED
            )
    if connection.execute("select count(*) from invoice_lines").fetchall() == [(0,)]:
        raise UsageError(f"{file} holds no rows.", _ACCEPTED)


def _files(connection: duckdb.DuckDBPyConnection) -> Iterator[SampleFile]:
    months = connection.execute(
        "select distinct strftime(\"InvoiceDate\", '%Y-%m') from invoice_lines order by all"
    ).fetchall()
    columns = ", ".join(name(column) for column in _COLUMNS)
    for (month,) in months:
        yield SampleFile(
            "invoice_lines",
            f"invoice_lines_{month}.csv",
            f"select {columns} from invoice_lines"
            f" where strftime(\"InvoiceDate\", '%Y-%m') = '{month}' order by line",
        )
