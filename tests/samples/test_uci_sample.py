"""The published truths of UCI Online Retail hold on its files, and a wrong file is told apart."""

import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from onemart.errors import UsageError
from onemart.project import Shop
from onemart.samples.uci_online_retail import write_uci_online_retail
from onemart.warehouse.duckdb_dialect import literal

UCI = Path(__file__).parents[3] / "shared/data/uci_online_retail/online_retail_2010_2011.parquet"
needs_uci = pytest.mark.needs("UCI Online Retail in ../shared/data")

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
LINE = "536365,85123A,WHITE LANTERN,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"


@needs_uci
def test_the_whole_data_set(gifts: Any) -> None:
    text, typed = gifts.text("invoice_lines"), gifts.typed("invoice_lines")
    assert gifts.query(
        'select count(*), sum("Quantity" * "UnitPrice"), count(*) - count("CustomerID"),'
        ' count(*) - count("Description"), count(*) filter (where "InvoiceNo" like \'C%\')'
        f" from {typed}"
    ) == [(541909, Decimal("9747747.934"), 135080, 1454, 9288)]
    assert gifts.query(
        f"select count(*) from (from {typed}) union all select count(*) from (select distinct *"
        f" from {typed}) order by all desc"
    ) == [(541909,), (541909 - 5268,)]
    assert gifts.query(f"select count(distinct filename) from {text}") == [(13,)]


@needs_uci
def test_one_file_a_month_in_the_order_of_the_source(uci_online_retail: Any, gifts: Any) -> None:
    files = [path.name for path in uci_online_retail.delivered.written]
    assert files == ["invoice_lines_2010-12.csv"] + [
        f"invoice_lines_2011-{month:02}.csv" for month in range(1, 13)
    ]
    assert uci_online_retail.reported == tuple(files)
    # The source is in order of time, so the files one after the other are the source again.
    assert gifts.query(
        """
        select count(*)
        from {landed} as landed
        positional join read_parquet({source}) as source
        where landed."InvoiceNo" is distinct from source."InvoiceNo"
            or landed."StockCode" is distinct from source."StockCode"
            or landed."Description" is distinct from source."Description"
            or cast(landed."Quantity" as bigint) is distinct from source."Quantity"
            or landed."InvoiceDate" is distinct from source."InvoiceDate"
            or cast(landed."UnitPrice" as double) is distinct from source."UnitPrice"
            or cast(landed."CustomerID" as double) is distinct from source."CustomerID"
            or landed."Country" is distinct from source."Country"
            or landed.filename not like '%' || left(source."InvoiceDate", 7) || '.csv'
        """.format(landed=gifts.text("invoice_lines"), source=literal(str(UCI)))
    ) == [(0,)]


@needs_uci
def test_no_line_breaks_its_contract(gifts: Any) -> None:
    assert gifts.broken("invoice_lines") == []


@needs_uci
def test_a_second_run_writes_nothing(uci_online_retail: Any) -> None:
    again = write_uci_online_retail(uci_online_retail.shop, UCI)
    assert again.written == ()
    assert len(again.kept) == 13


def test_a_file_as_it_lies_in_the_landing(tmp_path: Path, shop: Shop) -> None:
    file = tmp_path / "online retail.csv"
    file.write_text(
        f"{HEADER}\n"
        f"{LINE}\n"
        'C536379,D,"Discount, ""seasonal""",-1,2010-12-01 09:41,27.5,14527,United Kingdom\n'
        "536414,22139,,56,2010-12-31 23:59:59,0,,United Kingdom\n"
        "A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,-11062.06,,United Kingdom\n"
        # Lines that are alike in everything are all real.
        f"{LINE}\n"
    )
    delivered = write_uci_online_retail(shop, file)
    december, august = delivered.written
    assert december.name == "invoice_lines_2010-12.csv"
    assert december.read_text() == (
        f"{HEADER}\n"
        "536365,85123A,WHITE LANTERN,6,2010-12-01 08:26:00,2.550,17850,United Kingdom\n"
        'C536379,D,"Discount, ""seasonal""",-1,2010-12-01 09:41:00,27.500,14527,United Kingdom\n'
        "536414,22139,,56,2010-12-31 23:59:59,0.000,,United Kingdom\n"
        "536365,85123A,WHITE LANTERN,6,2010-12-01 08:26:00,2.550,17850,United Kingdom\n"
    )
    assert august.read_text() == (
        f"{HEADER}\nA563185,B,Adjust bad debt,1,2011-08-12 14:50:00,-11062.060,,United Kingdom\n"
    )


def test_columns_in_another_order_gzipped_and_with_more_beside(tmp_path: Path, shop: Shop) -> None:
    file = tmp_path / "uci.csv.gz"
    header = (
        "index,Country,CustomerID,UnitPrice,InvoiceDate,Quantity,Description,StockCode,InvoiceNo"
    )
    line = "7,France,12583,3.75,2010-12-01 08:45:00,24,ALARM CLOCK,22728,536370"
    file.write_bytes(gzip.compress(f"{header}\n{line}\n".encode()))
    (written,) = write_uci_online_retail(shop, file).written
    assert written.read_text() == (
        f"{HEADER}\n536370,22728,ALARM CLOCK,24,2010-12-01 08:45:00,3.750,12583,France\n"
    )


@pytest.mark.parametrize(
    "name,text,message",
    [
        ("uci.xlsx", "PK", "neither Parquet nor CSV"),
        ("uci.parquet", "not parquet", "cannot be read"),
        ("uci.csv", HEADER.replace(",Quantity", "") + "\n", "has no column Quantity"),
        ("uci.csv", "a,b\n1,2\n", "has no column InvoiceNo, StockCode, Description, Quantity"),
        ("uci.csv", f"{HEADER}\n", "holds no rows"),
        ("uci.csv", f"{HEADER}\n{LINE.replace(',6,', ',six,')}\n", "row 1: Quantity is 'six'"),
        ("uci.csv", f"{HEADER}\n{LINE.replace(',6,', ',1.6,')}\n", "Quantity is '1.6'"),
        ("uci.csv", f"{HEADER}\n{LINE}\n{LINE.replace(',6,', ',,')}\n", "row 2: Quantity is None"),
        ("uci.csv", f"{HEADER}\n{LINE.replace('2.55', '2.5555')}\n", "UnitPrice is '2.5555'"),
        ("uci.csv", f"{HEADER}\n{LINE.replace('17850.0', 'walk-in')}\n", "CustomerID is 'walk-in'"),
        (
            "uci.csv",
            f"{HEADER}\n{LINE.replace('2010-12-01 08:26:00', '12/1/2010 8:26')}\n",
            "row 1: InvoiceDate is '12/1/2010 8:26'",
        ),
        ("uci[1].csv", f"{HEADER}\n{LINE}\n", "Rename it"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(
    tmp_path: Path, shop: Shop, name: str, text: str, message: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        write_uci_online_retail(shop, file)
    assert str(caught.value).startswith(str(file))
    assert message in str(caught.value)
    assert not shop.landing.exists()


def test_a_file_in_latin_1_is_told_the_encoding_it_needs(tmp_path: Path, shop: Shop) -> None:
    file = tmp_path / "uci.csv"
    file.write_bytes(f"{HEADER}\n{LINE.replace('WHITE', '£5')}\n".encode("latin-1"))
    with pytest.raises(UsageError, match="UTF-8 text"):
        write_uci_online_retail(shop, file)


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_no_file(tmp_path: Path, shop: Shop, name: str) -> None:
    with pytest.raises(UsageError, match=r"is not a file\. Give the data set as Parquet"):
        write_uci_online_retail(shop, tmp_path / name)
