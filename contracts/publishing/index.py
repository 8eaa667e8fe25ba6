"""The index in a package of documents: a line for each document, for whom it is and what it is."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.lib.csv import bare
from portal.lib.erp import decoded, typed_rows
from portal.lib.packages import PackageRefused

from ..models import Document, PublicationEntry

State = PublicationEntry.State
NAMES = ("index.csv", "inhalt.csv")
COLUMNS = ("Kundennummer", "Datei", "Art", "Nummer", "Titel", "Datum")
MOST_ROWS = 5000
MOST_BYTES = 5_000_000
# What else people write above the columns.
WORDS = {
    "customer": {"kundennummer", "kundennr", "kdnr", "kunde", "customernumber", "customer"},
    "source": {"datei", "dateiname", "file", "filename"},
    "kind": {"art", "typ", "kind", "type"},
    "number": {"nummer", "nr", "dokumentnummer", "doknr", "number", "documentnumber"},
    "title": {"titel", "bezeichnung", "title"},
    "day": {"datum", "date", "dokumentdatum"},
}
EXAMPLE = [
    ("12345", "rechnung-1001.pdf", "RE", "RE-2026-1001", "Rechnung Softwarepflege 2026", "15.01.2026"),
    ("20001", "pflegevertrag-20001.pdf", "SPV", "SPV-20001", "Softwarepflegevertrag", "01.02.2026"),
]


def read_index(content: bytes) -> list[PublicationEntry]:
    """The rows as entries that are not stored yet: REFUSED with a reason where a cell is wrong, else WAITING.

    Raises PackageRefused where it is no such table.
    """
    if len(content) > MOST_BYTES:
        raise PackageRefused(_("The index is larger than %(most)d MB.") % {"most": MOST_BYTES // 1_000_000})
    rows = typed_rows(decoded(content).replace("\0", ""))
    _place, _line, headings, _reason = next(rows, (0, "", [], ""))
    places = _places(headings)
    entries = [_entry(line, cells, reason, places) for line, _text, cells, reason in _some(rows)]
    if not entries:
        raise PackageRefused(_("The index holds no rows."))
    return entries


def _some(rows: Iterator[tuple[int, str, list[str], str]]) -> Iterator[tuple[int, str, list[str], str]]:
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise PackageRefused(_("The index holds more than %(most)d rows.") % {"most": MOST_ROWS})
        yield row


def _places(headings: list[str]) -> dict[str, int]:
    words = [re.sub(r"[\W_]", "", cell).lower() for cell in headings]
    places = {name: place for place, word in enumerate(words) for name, known in WORDS.items() if word in known}
    missing = [COLUMNS[place] for place, name in enumerate(WORDS) if name not in places]
    if missing:
        raise PackageRefused(_("These columns are missing in the index: %(names)s.") % {"names": ", ".join(missing)})
    return places


def _entry(line: int, cells: list[str], reason: str, places: dict[str, int]) -> PublicationEntry:
    said = {name: bare(cells[place]) if place < len(cells) else "" for name, place in places.items()}
    entry = PublicationEntry(
        line=line,
        customer=said["customer"][:60],
        source=said["source"][:200],
        kind=kind_of(said["kind"]),
        number=said["number"][:60],
        title=said["title"][:200],
        dated_on=day_of(said["day"]),
        state=State.WAITING,
    )
    if reason:
        refuse(entry, _("The line cannot be read: %(reason)s.") % {"reason": _(reason)})
    elif problem := _problem(entry, said):
        refuse(entry, problem)
    return entry


def refuse(entry: PublicationEntry, reason: str) -> None:
    """Mark an entry as one that is not published, with the first reason found."""
    if entry.state != State.REFUSED:
        entry.state, entry.problem = State.REFUSED, reason[:300]


def _problem(entry: PublicationEntry, said: dict[str, str]) -> str:
    if not entry.customer:
        return _("The customer number is missing.")
    if not entry.source:
        return _("The file's name is missing.")
    if not entry.kind:
        return _("The kind “%(kind)s” is unknown.") % {"kind": said["kind"][:20]}
    if entry.dated_on is None:
        return _("The date “%(day)s” is none; write 31.12.2026.") % {"day": said["day"][:20]}
    return field_problem(number=said["number"], title=said["title"])


def field_problem(**values: str) -> str:
    """What is wrong with the number or the title of a document, in a sentence, or ""."""
    for name, value in values.items():
        field: Any = Document._meta.get_field(name)
        try:
            field.clean(value, None)
        except ValidationError as error:
            return f"{str(field.verbose_name).capitalize()}: {error.messages[0]}"
    return ""


def kind_of(text: str) -> str:
    """A kind by its letters or its name in either language; "" for what is none."""
    said = text.strip().casefold()
    names = {kind.value.casefold(): kind.value for kind in Document.Kind}
    names |= {str(kind.label).casefold(): kind.value for kind in Document.Kind}
    return names.get(said, "")


def day_of(text: str) -> dt.date | None:
    """31.12.2026 or 2026-12-31; None for anything else, and for years that no document has."""
    for pattern in ("%d.%m.%Y", "%Y-%m-%d"):
        with suppress(ValueError):
            day = dt.datetime.strptime(text.strip(), pattern).date()
            return day if 1980 <= day.year <= 2100 else None
    return None
