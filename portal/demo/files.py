"""The export with everything it names: CSVs moved to today, PDF documents, program files of several MB."""

import csv
import datetime as dt
import random
import shutil
import zipfile
from pathlib import Path

from django.utils import translation

from portal.lib.letterhead import head_of
from portal.lib.pdf import make_pdf

from .texts import TEXTS

EXPORT = Path(__file__).parent / "export"
TEMPLATE = Path(__file__).parent / "document.typ"
# The day the rows were written for.
ANCHOR = dt.date(2026, 11, 1)
DATE_COLUMNS = {"Datum", "Kaufdatum", "LaufzeitBis", "PflegeBis", "GueltigBis", "SupportBis"}


def make_export(folder, day):
    """Fill a folder with the demo's export as of a day. Existing files of the demo are replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("dokumente", "versionen"):
        (folder / name).mkdir(parents=True)
    shift = day - ANCHOR
    for source in EXPORT.glob("*.csv"):
        _write(folder / source.name, _shifted(source, shift))
    _make_documents(folder)
    _make_programs(folder)


def _rows(path):
    with path.open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _shifted(path, shift):
    rows = _rows(path)
    for row in rows:
        for column in DATE_COLUMNS & row.keys():
            # Contracts of long ago keep their day; only the last years move.
            if row[column] and (old := dt.datetime.strptime(row[column], "%d.%m.%Y").date()).year >= 2023:
                row[column] = (old + shift).strftime("%d.%m.%Y")
    return rows


def _write(path, rows):
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)


def _make_documents(folder):
    customers = {row["KdNr"]: row for row in _rows(folder / "kunden.csv")}
    for row in _rows(folder / "dokumente.csv"):
        customer = customers.get(row["KdNr"])
        address = (customer["Firma"], customer["Strasse"], f"{customer['PLZ']} {customer['Ort']}") if customer else ()
        pdf(
            folder / "dokumente" / row["Datei"],
            "seller" if row["Typ"] in ("AB", "AGB") else "vendor",
            row["Titel"],
            [("Nummer", row["DokNr"]), ("Datum", row["Datum"])],
            TEXTS[row["Typ"]],
            address,
        )


def pdf(path, party, title, facts, lines, recipient=()):
    """Write a paper in the letterhead of "vendor" or "seller". facts: [(name, value)] beside the recipient's lines."""
    with translation.override("de"):
        head = head_of(party)
    paper = {"head": head, "title": title, "facts": facts, "lines": lines, "recipient": recipient}
    path.write_bytes(make_pdf(TEMPLATE, note="Muster ohne rechtliche Wirkung", **paper))


def _make_programs(folder):
    for row in _rows(folder / "versionen.csv"):
        path = folder / "versionen" / row["Datei"]
        if path.suffix == ".pdf":
            lines = [f"Handbuch zu Version {row['Version']}.", *row["Hinweise"].replace("*", "").splitlines()]
            pdf(path, "vendor", row["Programm"], [("Version", row["Version"]), ("Datum", row["Datum"])], lines)
        else:
            _program(path)


def _program(path):
    """A ZIP of 3 to 6 MB that compresses as badly as real installers; the same bytes for the same name."""
    chance = random.Random(path.name)
    with zipfile.ZipFile(path, "w") as archive:
        for name, size in (("setup.exe", chance.randint(3_000_000, 6_000_000)), ("liesmich.txt", 2_000)):
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            archive.writestr(info, chance.randbytes(size))
