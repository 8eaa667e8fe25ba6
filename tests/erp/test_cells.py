"""What stands in a cell: numbers, dates and names of things as the ERP and spreadsheets write them."""

import datetime as dt
import os
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.models import Document
from portal.lib.erp import CellRefused, code, codes, day, file_in, number, percent, price, text
from shop.models import Article, Price

HERE = Path()


@pytest.mark.parametrize(
    "cell, value",
    [
        ("1.299,00", "1299.00"),
        ("1299", "1299"),
        ("0,5", "0.5"),
        ("10,00 €", "10.00"),
        ("€ 10,00", "10.00"),
        ("10,00\u00a0€", "10.00"),
        ("1\u00a0299,00 EUR", "1299.00"),
        ("1\u202f299\u202f000,00", "1299000.00"),
        ("1.299.000", "1299000"),
        ("9.999.999.999,99", "9999999999.99"),
    ],
)
def test_prices_as_they_are_written(cell, value):
    assert price(Article.list_price).read(cell, HERE) == Decimal(value)


@pytest.mark.parametrize(
    "cell, reason",
    [
        ("1,23E+05", "scientific"),
        ("1.23E+05", "scientific"),
        ("1.299.00", "price not valid"),
        ("1,299.00", "price not valid"),
        ("1.299 000,00", "price not valid"),
        ("-1,00", "price not valid"),
        ("10,005", "price not valid"),
        ("NaN", "price not valid"),
        ("Infinity", "price not valid"),
        ("١٢", "price not valid"),
        ("€", "price not valid"),
        ("10.000.000.000,00", "too large"),
        ("999999999999999", "too large"),
    ],
)
def test_prices_that_are_none(cell, reason):
    with pytest.raises(CellRefused, match=reason):
        price(Article.list_price).read(cell, HERE)


@pytest.mark.parametrize("cell, value", [("19", "19"), ("19,0", "19.0"), ("19 %", "19"), ("100", "100"), ("0", "0")])
def test_vat_as_it_is_written(cell, value):
    assert percent(Article.vat_rate).read(cell, HERE) == Decimal(value)


@pytest.mark.parametrize("cell", ["1900", "100,1", "19,55", "-19", "%", "1,9E+01"])
def test_vat_that_is_none(cell):
    with pytest.raises(CellRefused):
        percent(Article.vat_rate).read(cell, HERE)


@pytest.mark.parametrize("cell", ["01.01.1900", "29.02.2028", "31.12.9999"])
def test_days(cell):
    assert day().read(cell, HERE) == dt.datetime.strptime(cell, "%d.%m.%Y").date()


@pytest.mark.parametrize(
    "cell", ["01.01.0001", "31.12.1899", "29.02.2027", "1.1.2027", "2027-01-01", "00.00.0000", "########", "٠١.٠١.٢٠٢٧"]
)
def test_days_that_are_none(cell):
    with pytest.raises(CellRefused, match="date not valid"):
        day().read(cell, HERE)


def test_whole_numbers_keep_the_bounds_of_their_field():
    assert number(Price.from_quantity).read("999999999", HERE) == 999_999_999
    assert number(Article.period_months).read("32767", HERE) == 32_767
    for parser, cell in [(number(Article.period_months), "32768"), (number(Price.from_quantity, least=1), "0")]:
        with pytest.raises(CellRefused, match="number not valid"):
            parser.read(cell, HERE)
    with pytest.raises(CellRefused, match="scientific"):
        number(Price.from_quantity).read("1E+05", HERE)


def test_texts_are_as_long_as_the_shortest_field_they_are_written_to():
    assert text(Article.name).read("x" * 200, HERE)
    for parser, size in [(text(Article.name), 201), (text(Article.name, longest=20), 21), (text(Article.unit), 41)]:
        with pytest.raises(CellRefused, match="too long"):
            parser.read("x" * size, HERE)


@pytest.mark.parametrize("cell", ["00815", "1-12", "4711E5", "+49", "GIR-0266/03", "TÜV 7.1", "E+05"])
def test_numbers_of_things_stay_as_they_are_written(cell):
    assert code(Article.number).read(cell, HERE) == cell


@pytest.mark.parametrize("cell", ["4,711E+08", "4.7E+08", "1E+05", "47\u200b11", "47\n11", "47\t11", "\u202e4711"])
def test_numbers_of_things_that_a_spreadsheet_or_a_web_page_has_spoilt(cell):
    with pytest.raises(CellRefused):
        code(Article.number).read(cell, HERE)


def test_a_list_of_numbers_with_blanks_between():
    assert codes(Article.number).read(" 4000 , 1100,, 1200 ", HERE) == "4000,1100,1200"


# --- files beside the export ---


@pytest.fixture
def papers(tmp_path):
    (tmp_path / "dokumente").mkdir()
    return tmp_path


def test_a_name_in_decomposed_letters_is_found(papers):
    (papers / "dokumente" / unicodedata.normalize("NFD", "Prüfbericht.pdf")).write_bytes(b"x")
    found = file_in("dokumente", Document.file_name).read("Prüfbericht.pdf", papers)
    assert found.size == 1


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5000, "fehlt.pdf", "ein/ordner", "ordner"])
def test_names_that_are_no_file(papers, name):
    (papers / "dokumente" / "ordner").mkdir()
    with pytest.raises(CellRefused, match="file missing"):
        file_in("dokumente", Document.file_name).read(name, papers)


def test_a_name_longer_than_is_kept(papers):
    (papers / "dokumente" / ("x" * 220)).write_bytes(b"x")
    with pytest.raises(CellRefused, match="file name too long"):
        file_in("dokumente", Document.file_name).read("x" * 220, papers)


def test_a_file_that_cannot_be_read(papers, monkeypatch):
    (papers / "dokumente" / "zu.pdf").write_bytes(b"x")

    def closed(self, *args, **kwargs):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(CellRefused, match="not readable"):
        file_in("dokumente", Document.file_name).read("zu.pdf", papers)
