"""CSV that a spreadsheet opens without running anything."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from .xlsx import xlsx_response

# The last four are the same signs in full width, which spreadsheets read as the narrow ones.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe(value: object) -> str:
    """The value as text; what a spreadsheet would take for a formula gets an apostrophe (ASVS 1.2.10).

    One more, where some stand before it already, so that bare() gives back what was there.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def bare(text: str) -> str:
    """What safe() was given, out of a table that was saved and comes back."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text


def safe_row(values: Iterable[object]) -> list[str]:
    return [safe(_german(value)) for value in values]


def _german(value: object) -> object:
    return f"{value:.2f}".replace(".", ",") if isinstance(value, Decimal) else value


def table_response(
    request: HttpRequest, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponseBase:
    """A table as a download: CSV, or XLSX with ?format=xlsx, which spreadsheets open without changing a number.

    name: of the file, without its ending. rows: any iterable of lists; Decimal values are euro.
    """
    if request.GET.get("format") == "xlsx":
        return xlsx_response(f"{name}.xlsx", header, rows)
    return csv_response(f"{name}.csv", header, rows)


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A table as a download, streamed row by row: semicolons, UTF-8, no formulas.

    rows: any iterable of lists; it is read while the answer is sent.
    """
    response = StreamingHttpResponse(_lines(header, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";")
    # The mark tells Excel that this is UTF-8.
    yield "\ufeff"
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow(safe_row(row))
