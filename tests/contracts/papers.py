"""PDFs with text, for tests: as they come, as scans, encrypted and broken."""

import io

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

FONT = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica", "/Encoding": "/WinAnsiEncoding"}


def paper(*pages):
    """A PDF whose pages say these texts."""
    return _bytes(_written(*pages))


def encrypted(*pages, password="geheim"):
    """The same for who has the password."""
    writer = _written(*pages)
    writer.encrypt(password, algorithm="RC4-128")
    return _bytes(writer)


def scan():
    """A PDF that is a picture of a page."""
    made = io.BytesIO()
    Image.new("L", (200, 280), 255).save(made, "PDF")
    return made.getvalue()


def broken():
    """The first half of one."""
    whole = paper("Seite eins", "Seite zwei")
    return whole[: len(whole) // 2]


def _written(*pages):
    writer = PdfWriter()
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in FONT.items()})
    for text in pages:
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        content = DecodedStreamObject()
        lines = [f"({line}) Tj T*".encode("cp1252") for line in text.split("\n")]
        content.set_data(b"BT /F1 12 Tf 14 TL 50 800 Td " + b" ".join(lines) + b" ET")
        page[NameObject("/Contents")] = writer._add_object(content)
    return writer


def _bytes(writer):
    made = io.BytesIO()
    writer.write(made)
    PdfReader(made)
    return made.getvalue()
