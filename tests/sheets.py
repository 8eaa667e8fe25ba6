"""Reads the XLSX the portal writes, as far as it uses the format."""

import io
import zipfile
from xml.etree import ElementTree

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def cells_of(content):
    """[[(kind, text)]] by row: kind "inlineStr" for texts, "n" for numbers, "f" for formulas."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [[_cell(cell) for cell in row.iterfind("m:c", NS)] for row in sheet.iterfind(".//m:row", NS)]


def _cell(cell):
    if cell.find("m:f", NS) is not None:
        return "f", cell.findtext("m:f", namespaces=NS)
    kind, text = cell.get("t", "n"), "".join(cell.itertext())
    return (kind, f"{float(text):g}" if text else "") if kind == "n" else (kind, text)


def texts_of(content):
    """[[text]] by row."""
    return [[text for _kind, text in row] for row in cells_of(content)]
