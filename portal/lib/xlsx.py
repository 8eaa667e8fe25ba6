"""Tables as XLSX: what a spreadsheet must not guess at stays as it was written."""

import re
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.http import FileResponse
from django.utils.translation import gettext as _

from .signs import REPLACEMENT

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A sheet takes 1,048,576 rows; so many are written in a few seconds. CSV has no limit.
MOST_ROWS = 100_000
LONGEST_CELL = 32_767
# Old rows may hold them; a sheet with one does not open. Controls are written as the format has them.
NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
# Rows go to the disk one by one, and nothing is taken for a formula, an address or a number.
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_xlsx(file: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table into a file. Texts stand in cells that stay text when they are edited; decimals are numbers."""
    book = xlsxwriter.Workbook(file, OPTIONS)
    text, amount = book.add_format({"num_format": "@"}), book.add_format({"num_format": "#,##0.00"})
    bold = book.add_format({"bold": True, "num_format": "@"})
    sheet = book.add_worksheet()
    sheet.set_column(0, max(len(header) - 1, 0), 20, text)
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, str(name), bold)
    for place, row in enumerate(rows, 1):
        if place > MOST_ROWS:
            sheet.write_string(
                place, 0, _("The first %(most)d rows; as CSV there are all.") % {"most": MOST_ROWS}, bold
            )
            break
        for column, value in enumerate(row):
            if isinstance(value, Decimal):
                sheet.write_number(place, column, value, amount)
            else:
                sheet.write_string(place, column, _cut("" if value is None else str(value)), text)
    book.close()


def _cut(value: str) -> str:
    value = NO_XML.sub(REPLACEMENT, value.replace("\r\n", "\n"))
    return value if len(value) <= LONGEST_CELL else f"{value[: LONGEST_CELL - 1]}…"


def xlsx_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """A table as a download, made in a temporary file that vanishes with the answer."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write_xlsx(file, header, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPE)
