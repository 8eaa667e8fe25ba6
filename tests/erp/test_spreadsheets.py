"""Exports that went through a spreadsheet or another program on their way, each over what stands already."""

import csv

import pytest

from accounts.models import Company, User
from contracts.models import Licence, Product
from downloads.models import ReleaseFile
from portal.erp import import_export
from shop.models import Article, Category

from . import export

pytestmark = pytest.mark.django_db

ARTICLES = "ArtNr;Bezeichnung;Beschreibung;Art;Warengruppe;Preis;MwSt;Einheit;PasstZu;LiefertProdNr;Aktiv\r\n"


@pytest.fixture
def bring(tmp_path):
    """Import the small export, then one file of these bytes; returns its Result. The dry run has said the same."""
    folder = export.write(tmp_path / "export")
    for _result in import_export(folder):
        pass

    def bring(name, content):
        later = tmp_path / "later"
        later.mkdir(exist_ok=True)
        (later / name).write_bytes(content)
        (dry,) = import_export(later, dry_run=True)
        (result,) = import_export(later)
        dry.seconds = result.seconds = 0
        assert dry == result
        return result

    return bring


def article(number, **cells):
    row = {
        "ArtNr": number, "Bezeichnung": "Testmodul", "Beschreibung": "", "Art": "K", "Warengruppe": "Software/Kauf",
        "Preis": "10,00", "MwSt": "19", "Einheit": "Stück", "PasstZu": "4000", "LiefertProdNr": "", "Aktiv": "J",
    } | cells  # fmt: skip
    return ";".join(row.values()) + "\r\n"


def numbers():
    return set(Article.objects.exclude(number="TSA-K1").values_list("number", flat=True))


def test_last_cells_that_excel_leaves_out(bring):
    rows = "00123;Frau;Kurt;Kurz;kurt@a.example;;SHOP\r\n00123;Frau;Lang;Lang;lang@a.example;;SHOP;\r\n"
    result = bring("personen.csv", export.PEOPLE.partition("\n")[0].encode() + b"\r\n" + rows.encode())
    assert (result.new, result.refused) == (2, [])
    assert User.objects.filter(email__in=["kurt@a.example", "lang@a.example"]).count() == 2


def test_a_row_in_another_encoding_spoils_no_name_that_stands(bring):
    head, *lines = export.CUSTOMERS.replace('"Zeile\nmit Umbruch ""AG"""', "Nordlicht").splitlines()
    good = [line for line in lines if line.startswith(("00123", "124"))][:2]
    bad = "39701;Büro GmbH;;Weg 1;80331;München;D;;;;Frau;Anna;Muster;;N;N;01.02.2020"
    content = "\r\n".join([head, *good, ""]).encode() + bad.encode("cp1252") + b"\r\n"
    result = bring("kunden.csv", content)
    assert result.refused == [(4, "character not allowed")]
    assert Company.objects.get(number="124").city == "München"
    assert not Company.objects.filter(number="39701").exists()


def test_a_line_that_tells_the_separator(bring):
    result = bring("artikel.csv", ("sep=;\r\n" + ARTICLES + article("BUG-0901")).encode())
    assert (result.new, result.refused) == (1, [])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_excels_unicode_text(bring, encoding):
    result = bring("artikel.csv", (ARTICLES + article("BUG-1401")).replace(";", "\t").encode(encoding))
    assert (result.new, result.refused) == (1, [])
    assert Article.objects.get(number="BUG-1401").unit == "Stück"


@pytest.mark.parametrize(
    "cells, reason",
    [
        ({"MwSt": "1900"}, "number too large"),
        ({"Preis": "1,23E+05"}, "number in scientific notation: a spreadsheet has shortened it"),
        ({"Preis": "99.999.999.999,00"}, "number too large"),
        ({"Warengruppe": f"Software/{'Langer Name ' * 12}"}, "category not valid: a name is empty or too long"),
        ({"Warengruppe": "Software//Kauf"}, "category not valid: a name is empty or too long"),
        ({"Bezeichnung": "Modul\x0bMit VT"}, "character not allowed"),
        ({"Bezeichnung": "Modul\x02Mit STX"}, "character not allowed"),
        ({"Bezeichnung": "Modul\x1fUS"}, "character not allowed"),
        ({"ArtNr": "4,711E+08"}, "number in scientific notation: a spreadsheet has shortened it"),
        ({"Einheit": "x" * 41}, "text too long"),
    ],
)
def test_one_bad_row_between_two_good_ones(bring, cells, reason):
    text = ARTICLES + article("BUG-1") + article("BUG-2", **cells) + article("BUG-3")
    result = bring("artikel.csv", text.encode())
    assert (result.new, result.refused) == (2, [(3, reason)])
    assert numbers() == {"BUG-1", "BUG-3"}
    assert not Category.objects.filter(name="").exists()


def test_maintenance_until_the_end_of_days(bring):
    row = (
        "LizenzNr;KdNr;ProdNr;Anzahl;Kaufdatum;Art;LaufzeitBis;Pflege;PflegeBis\r\nL-1;00123;4000;10;01.01.2020;K;;SPV;"
    )
    assert bring("lizenzen.csv", (row + "31.12.9999\r\n").encode()).changed == 1
    assert str(Licence.objects.get(number="L-1").maintenance.get().ends_on) == "9999-12-31"


def test_two_platforms_of_one_file(bring, tmp_path):
    (tmp_path / "later" / "versionen").mkdir(parents=True)
    (tmp_path / "later" / "versionen" / "setup.zip").write_bytes(b"PK")
    head = (
        "ProdNr;Version;Datum;Programm;Plattform;Datei;Hinweise;Zurueckgezogen;GrundRueckzug;Sicherheit;SupportBis\r\n"
    )
    row = "4000;99.1;01.11.2026;Setup;{};setup.zip;;N;;N;\r\n"
    result = bring("versionen.csv", (head + row.format("Windows 64 Bit") + row.format("Windows 11")).encode())
    assert (result.new, result.refused) == (1, [(3, "file twice in this version")])
    assert ReleaseFile.objects.get(release__version="99.1").platform == "Windows 64 Bit"


def test_a_quotation_mark_that_is_not_closed_swallows_no_product(bring):
    text = 'ProdNr;Bezeichnung;Kurztext;Aktiv\r\n9001;"Produkt A;Kurz;J\r\n9002;Produkt B;Kurz;J\r\n'
    text += '9003;"Produkt C";Kurz;J\r\n9004;Produkt D;Kurz;J\r\n'
    result = bring("produkte.csv", text.encode("cp1252"))
    assert set(Product.objects.filter(number__startswith="9").values_list("number", "name")) == {
        ("9002", "Produkt B"), ("9003", "Produkt C"), ("9004", "Produkt D"),
    }  # fmt: skip
    assert [line for line, _reason in result.refused] == [2]


def test_a_number_that_an_address_can_hardly_carry_stays_as_it_is(bring):
    assert bring("artikel.csv", (ARTICLES + article("GIR-0266/03")).encode()).new == 1
    assert numbers() == {"GIR-0266/03"}


def test_names_in_decomposed_letters_are_stored_composed(bring):
    bring("artikel.csv", (ARTICLES + article("BUG-1", Bezeichnung="Za\u0308hler")).encode())
    assert Article.objects.get(number="BUG-1").name == "Zähler"


def test_the_same_export_saved_again_by_other_programs_changes_nothing(tmp_path):
    """Whatever the encoding, the separator and the quoting: what the rows say is the same."""
    folder = export.write(tmp_path / "export")
    for _result in import_export(folder):
        pass
    for encoding, sign, quoting in [("utf-8", ",", csv.QUOTE_ALL), ("utf-16", "\t", csv.QUOTE_MINIMAL)]:
        again = export.write(tmp_path / encoding)
        for name in export.FILES:
            rows = list(csv.reader((folder / name).open(encoding="cp1252", newline=""), delimiter=";"))
            with (again / name).open("w", encoding=encoding, newline="") as file:
                csv.writer(file, delimiter=sign, quoting=quoting).writerows(rows)
        results = {result.file: result for result in import_export(again)}
        assert {name: (r.new, r.changed) for name, r in results.items()} == dict.fromkeys(export.FILES, (0, 0))
        assert {name: r.refused for name, r in results.items()} == export.REFUSED
