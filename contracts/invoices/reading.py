"""Looking into filed invoices, once each, whichever door they came through: import, admin, publication."""

import hashlib

from django.core.files.base import ContentFile

from portal.lib.each import each

from ..models import Document, ElectronicInvoice, unread_invoices
from .xml import Form, Read, read_invoice

# What staff may file at most; of larger papers nothing is read.
MOST_BYTES = 50 * 1024 * 1024
# A first import brings hundred thousands: batch by batch, so that a stop loses nothing.
BATCH = 200


def read_unread(batches: int = 50) -> int:
    """Read the invoices that nobody has looked into, oldest first; returns how many were read.

    One that cannot be read for its file or the storage stands in the admin and is tried again next time.
    """
    done, failed = 0, set()
    for _number in range(batches):
        rows = list(unread_invoices().exclude(pk__in=failed).values_list("pk", flat=True)[:BATCH])
        if not rows:
            break
        failed |= {row for row, _error in each(rows, keep_reading)}
        done += len(rows)
    return done - len(failed)


def keep_reading(pk: object) -> ElectronicInvoice | None:
    """Store what one invoice says; None where another job has, or the paper was taken back meanwhile."""
    document = Document.objects.select_for_update().filter(pk=pk, recalled_at=None, deleted_at=None).first()
    if document is None or ElectronicInvoice.objects.filter(pk=pk).exists():
        return None
    read = _read(document)
    row = ElectronicInvoice(document=document, **_columns(read))
    if read.form == Form.INSIDE and read.xml:
        row.sha256 = hashlib.sha256(read.xml).hexdigest()
        row.xml.save("invoice.xml", ContentFile(read.xml), save=False)
    row.save(force_insert=True)
    return row


def _read(document: Document) -> Read:
    if document.size > MOST_BYTES:
        return Read()
    with document.file.storage.open(document.file.name) as content:
        return read_invoice(content.read())


def _columns(read: Read) -> dict[str, object]:
    names = ("form", "level", "faults", "details", "number", "issued_on", "due_on", "net", "tax", "gross", "due")
    return {name: getattr(read, name) for name in names}
