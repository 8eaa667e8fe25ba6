"""Looking into filed documents, once each, whichever door they came through."""

from collections.abc import Iterable

from django.core.files import File
from django.db.models import QuerySet

from portal.lib.each import each
from portal.lib.files import stored_as

from ..models import Document, DocumentText, PageText, unread_documents
from .process import Reader, State, Words

# As much as staff may file; of larger papers nothing is read.
MOST_BYTES = 50 * 1024 * 1024
# A first import brings hundred thousands: batch by batch, so that a stop loses nothing.
BATCH = 200


def read_unread(batches: int = 50) -> int:
    """Read the documents that nobody has looked into, oldest first; returns how many were read.

    One whose file cannot be had from the storage stands in the admin and is tried again next time.
    """
    done, failed = 0, set[object]()
    for _number in range(batches):
        rows = list(_keys(unread_documents().exclude(pk__in=failed)))
        if not rows:
            break
        failed |= read(rows)
        done += len(rows)
    return done - len(failed)


def read_filed(key: str) -> None:
    """Read a document that was just filed, and others that wait, so that their jobs find nothing left to do."""
    if unread_documents().filter(pk=key).exists():
        read([key, *_keys(unread_documents().exclude(pk=key))])


def _keys(rows: "QuerySet[Document]") -> "QuerySet[Document, object]":
    return rows.values_list("pk", flat=True)[:BATCH]


def read(keys: Iterable[object]) -> set[object]:
    """Read these, and return those whose file could not be had."""
    with Reader() as reader:

        def keep_text(key: object) -> None:
            keep(key, reader)

        return {key for key, _error in each(keys, keep_text)}


def keep(key: object, reader: Reader) -> DocumentText | None:
    """Store what one document says; None where another job has, or it was taken back meanwhile."""
    document = unread_documents().filter(pk=key).first()
    if document is None:
        return None
    said = _said(document, reader)
    # Held only now: reading takes its time, and a recall does not wait for it.
    held = unread_documents().select_for_update(of=["self"]).filter(pk=key).first()
    if held is None:
        return None
    whose = {"document": held, "company_id": held.company_id}
    PageText.objects.bulk_create(PageText(**whose, page=page, text=text) for page, text in said.pages)
    return DocumentText.objects.create(**whose, state=said.state, pages=said.count)


def _said(document: Document, reader: Reader) -> Words:
    if document.size > MOST_BYTES:
        return Words(State.BROKEN)
    with _opened(document) as content:
        return reader.read(content)


def _opened(document: Document) -> File:
    return document.file.storage.open(stored_as(document.file))
