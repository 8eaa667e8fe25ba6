"""A value the database refuses is a refused row, told with its reason; it stops neither its file nor later ones."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

import portal.erp
from contracts.models import Maintenance, Product
from orders.models import Order, OrderLine
from portal.erp import TABLES, import_export
from portal.models import ErpRow
from shop.models import Article

from .. import factories as make
from . import export

pytestmark = pytest.mark.django_db

# Addresses have bounds and a spelling of their own; switches are words of ours.
WITHOUT_FIELD = {"EMail", "EMailLizenzinhaber", "BestellerEMail", "Rechte"}
# What makes a row of each table another row, and the line of a good row in the small export.
NAMED_BY = {
    "kunden.csv": ("KdNr", 2),
    "personen.csv": ("EMail", 2),
    "produkte.csv": ("ProdNr", 2),
    "versionen.csv": ("Version", 3),
    "lizenzen.csv": ("LizenzNr", 2),
    "artikel.csv": ("ArtNr", 2),
    "preise.csv": ("AbMenge", 2),
    "dokumente.csv": ("DokNr", 3),
    "auftraege.csv": ("AuftragsNr", 2),
    "auftragspositionen.csv": ("Pos", 2),
}
HOSTILE = [
    "", "x" * 121, "x" * 300, "ä" * 3_000, "x" * 25_000, "0", "-1", "1900", "32768", "2147483648", "999999999",
    "99999999999", "9.999.999.999,99", "99999999999,99", "0,999", "1,23E+05", "10,00 €", "19 %", "NaN", "01.01.0001",
    "31.12.1899", "01.01.1900", "31.12.9999", "Zeile\nUmbruch", "a\tb", "\u202ea", "\U0001f642", "Software//Kauf",
    "/", "../x", "." * 40, "'", "a/" * 90 + "a", "x" * 255, "J", "M", "K",
]  # fmt: skip


def run(folder, **options):
    return {result.file: result for result in import_export(folder, **options)}


def said(results):
    return {name: (r.new, r.changed, r.same, r.refused, r.error) for name, r in results.items()}


def written(rows):
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_every_column_knows_the_field_it_is_written_to(table):
    for column in table.columns:
        assert column.parser.fields or column.header in WITHOUT_FIELD, column.header


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_the_key_of_a_row_fits_the_ledger(table):
    longest = 0
    for name in table.key:
        (parser,) = [column.parser for column in table.columns if column.name == name]
        longest += min([field.max_length for field in parser.fields if field.max_length] or [254]) + 1
    assert longest <= ErpRow._meta.get_field("key").max_length
    assert len(table.file) <= ErpRow._meta.get_field("table").max_length


def hostile_rows(name):
    """The small export's file with a row for each column and each nasty cell, and how many rows that are."""
    head, *rows = csv.reader(io.StringIO(export.FILES[name]), delimiter=";")
    named_by, line = NAMED_BY[name]
    good = rows[line - 2]
    more = []
    for place in range(len(head)):
        for cell in HOSTILE:
            row = list(good)
            at = head.index(named_by)
            number = 1000 + len(more)
            row[at] = f"p{number}@a.example" if named_by == "EMail" else str(number)
            row[place] = cell
            more.append(row)
    return written([head, *rows, *more]), len(rows) + len(more)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_no_value_of_any_column_reaches_the_database_that_it_would_refuse(table, tmp_path):
    text, count = hostile_rows(table.file)
    files = {**export.FILES, table.file: text}
    folder = export.write(tmp_path / "export", files, encoding="utf-8")
    told = said(run(folder, dry_run=True))
    results = run(folder)
    assert said(results) == told, "the dry run says what the run does"
    result = results[table.file]
    assert not result.error
    assert result.taken + len(result.refused) == count, "each row is taken or told"
    assert len({line for line, _reason in result.refused}) == len(result.refused)
    assert not [row for row in result.refused if "database" in row[1]]
    assert result.taken > 10
    again = run(folder)
    assert all((r.new, r.changed) == (0, 0) for r in again.values())
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")


# --- two rows that mean one ---


def test_two_rows_of_one_file_in_one_version_are_told(tmp_path):
    text = (
        "ProdNr;Version;Datum;Programm;Plattform;Datei;Hinweise;Zurueckgezogen\n"
        "4000;1.0;01.01.2026;Setup;Windows 64 Bit;setup.zip;;N\n"
        "4000;1.0;01.01.2026;Setup;Windows 11;setup.zip;;N\n"
        "4000;2.0;01.01.2026;Setup;Windows 11;setup.zip;;N\n"
    )
    folder = export.write(tmp_path / "export", {**export.FILES, "versionen.csv": text})
    (folder / "versionen" / "alt").mkdir()
    (folder / "versionen" / "alt" / "setup.zip").write_bytes(b"PK another")
    with (folder / "versionen.csv").open("a") as file:
        file.write("4000;1.0;01.01.2026;Setup;Mac;alt/setup.zip;;N\n")
    result = run(folder)["versionen.csv"]
    assert (result.new, result.error) == (2, "")
    assert result.refused == [(3, "file twice in this version"), (5, "file twice in this version")]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_the_same_file_twice_over_is_told_row_by_row(table, tmp_path):
    text = export.FILES[table.file]
    _head, *rows = csv.reader(io.StringIO(text), delimiter=";")
    folder = export.write(tmp_path / "export", {**export.FILES, table.file: text + text.partition("\n")[2]})
    result = run(folder)[table.file]
    assert result.taken == export.TAKEN[table.file]
    assert len(result.refused) == 2 * len(rows) - result.taken


def test_many_rows_of_one_number_are_quickly_told(tmp_path):
    text = "ProdNr;Bezeichnung;Kurztext;Aktiv\n" + "7;Sieben;;J\n" * 20_000
    result = run(export.write(tmp_path / "export", {"produkte.csv": text}))["produkte.csv"]
    assert (result.taken, len(result.refused)) == (1, 19_999)
    assert result.seconds < 20


# --- what slips through all the same ---


@pytest.fixture
def sums(tmp_path):
    """Each line fits, the sum of the order does not."""
    lines = (
        "AuftragsNr;Pos;ArtNr;Bezeichnung;Menge;Einzelpreis;MwSt\n"
        "A1;1;TSA-K1;Zusatzmodul;3;33,33;19\n"
        "A1;2;;Teuer;99;9.999.999.999,99;0\n"
        "A1;3;;Auch teuer;99;9.999.999.999,99;0\n"
        "A1;4;;Billig;1;1,00;0\n"
        "A1;5;;Zu teuer;999;9.999.999.999,99;0\n"
    )
    return export.write(tmp_path / "export", {**export.FILES, "auftragspositionen.csv": lines})


def test_a_row_that_the_database_refuses_is_told_and_the_others_are_taken(sums):
    told = said(run(sums, dry_run=True))
    result = run(sums)["auftragspositionen.csv"]
    assert [line for line, _reason in result.refused] == [4, 6]
    assert result.refused[0][1].startswith("refused by the database: numeric field overflow")
    assert result.refused[1][1] == "quantity times price too large"
    assert (result.new, result.error) == (3, "")
    assert set(OrderLine.objects.values_list("position", flat=True)) == {1, 2, 4}
    assert Order.objects.get().net == Decimal("989999999999.01") + Decimal("99.99") + 1
    assert said(run(sums))["auftragspositionen.csv"][:3] == (0, 0, 3), "what was refused is not remembered as taken"
    assert told["auftragspositionen.csv"][:3] == (3, 0, 0)


@pytest.fixture
def broken(monkeypatch):
    """Products of which the database refuses those the condition names."""

    def broken(condition):
        (table,) = [table for table in TABLES if table.file == "produkte.csv"]

        def apply(cursor):
            cursor.execute(
                f"select 1 / count(*) from (select 1) x where not exists (select from erp_stage where {condition})"
            )
            table.apply(cursor)

        tables = [replace(one, apply=apply) if one is table else one for one in TABLES]
        monkeypatch.setattr(portal.erp, "TABLES", tables)

    return broken


def products(folder, count):
    text = "ProdNr;Bezeichnung;Kurztext;Aktiv\n" + "".join(f"{n};Produkt {n};;J\n" for n in range(count))
    return export.write(folder / "export", {**export.FILES, "produkte.csv": text + "4000;DOMUS;;J\n1100;Heiz;;J\n"})


def test_the_rows_are_found_among_many(broken, tmp_path):
    broken("number in ('17', '18', '499')")
    result = run(products(tmp_path, 500))["produkte.csv"]
    assert [(line, why) for line, why in result.refused] == [
        (line, "refused by the database: division by zero") for line in (19, 20, 501)
    ]
    assert (result.new, Product.objects.count()) == (499, 499)


def test_a_file_of_which_nothing_can_be_taken_does_not_stop_the_others(broken, tmp_path):
    broken("number <> '4000' and number <> '1100'")
    folder = products(tmp_path, 150)
    told = said(run(folder, dry_run=True))
    results = run(folder)
    assert said(results) == told
    assert "refuses more than 100 rows" in results["produkte.csv"].error and not Product.objects.exists()
    assert results["kunden.csv"].taken == 4 and results["auftraege.csv"].taken == 1
    report = tmp_path / "report.csv"
    with pytest.raises(CommandError, match="produkte.csv"):
        call_command("import_erp", str(folder), report=report)
    rows = list(csv.reader(report.open(encoding="utf-8-sig"), delimiter=";"))
    assert [row for row in rows if row[:2] == ["produkte.csv", ""] and "more than 100" in row[2]]
    assert ["lizenzen.csv", "2", "product unknown"] in rows


def test_a_fault_of_ours_does_not_stop_the_files_after_it(monkeypatch, tmp_path):
    def apply(cursor):
        raise ZeroDivisionError("ours")

    tables = [replace(table, apply=apply) if table.file == "produkte.csv" else table for table in TABLES]
    monkeypatch.setattr(portal.erp, "TABLES", tables)
    results = run(export.write(tmp_path / "export"))
    assert results["produkte.csv"].error == "ZeroDivisionError: ours"
    assert results["auftraege.csv"].taken == 1


def test_the_report_is_written_though_the_run_breaks_off(monkeypatch, tmp_path):
    folder, report = export.write(tmp_path / "export"), tmp_path / "report.csv"
    imported = portal.erp.import_table

    def stopped(table, *args):
        if table.file == "lizenzen.csv":
            raise KeyboardInterrupt
        return imported(table, *args)

    monkeypatch.setattr(portal.erp, "import_table", stopped)
    with pytest.raises(KeyboardInterrupt):
        call_command("import_erp", str(folder), report=report)
    assert "kunden.csv;3;customer number missing" in report.read_text(encoding="utf-8-sig")


def test_maintenance_that_an_order_has_extended_can_be_told_anew(tmp_path):
    """What was given by an order points at the period; it is changed, not made anew."""
    folder = export.write(tmp_path / "export")
    run(folder)
    period = Maintenance.objects.get(licence__number="L-1")
    line = make.OrderLineFactory(order=make.OrderFactory(number="TSA-1"), article=Article.objects.get(), position=1)
    line.grants.create(kind="maintained", maintenance=period, licence=period.licence, licence_number="L-1", months=12)
    path = folder / "lizenzen.csv"
    path.write_text(path.read_text("cp1252").replace("31.12.2027", "31.12.2028"), "cp1252")
    result = run(folder)["lizenzen.csv"]
    assert (result.changed, result.refused) == (1, export.REFUSED["lizenzen.csv"])
    period.refresh_from_db()
    assert str(period.ends_on) == "2028-12-31"
