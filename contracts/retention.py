"""How long documents are kept, and what becomes of them afterwards (edge 90).

The time is reckoned in full calendar years after the year of the document (§ 147 AO (4), § 257 HGB (5)). Contracts that
run on are not old: their time begins with the end of the company's contract. A legal hold stops everything.
"""

import datetime as dt

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from portal.lib.days import today
from portal.lib.each import each
from portal.lib.files import stored_as

from .models import Acceptance, DeletionReport, Document, ElectronicInvoice, Terms

RUNNING = {Document.Kind.SPV, Document.Kind.UPV, Document.Kind.AVV, Document.Kind.TERMS}


def kept_until(document: Document) -> dt.date | None:
    """The last day a document is kept, or None while its time has not begun to run."""
    if document.keep_until:
        return document.keep_until
    begin = document.dated_on
    if document.kind in RUNNING:
        ended = document.company.ended_on
        if ended is None:
            return None
        begin = max(begin, ended)
    return dt.date(begin.year + settings.RETENTION_YEARS[document.kind], 12, 31)


def due_documents(on: dt.date | None = None) -> list[Document]:
    """Documents whose time is over and that nothing holds back, oldest first."""
    on = on or today()
    held = Exists(Acceptance.objects.filter(document=OuterRef("pk"), company__ended_on=None))
    # Nothing younger than the shortest time can be due; the rest is decided row by row.
    shortest = dt.date(on.year - min(settings.RETENTION_YEARS.values()), 1, 1)
    old = Document.objects.filter(deleted_at=None, legal_hold="").exclude(held)
    found = old.filter(dated_on__lt=shortest) | old.filter(keep_until__lt=on)
    rows = found.select_related("company").order_by("dated_on", "pk")
    return [row for row in rows if (until := kept_until(row)) and until < on]


def delete_due(on: dt.date | None = None) -> DeletionReport | None:
    """Delete what is due; returns the DeletionReport, or None where there was nothing.

    The file goes, and who opened it; number, kind, day and hash stay as the trace. A file that cannot be deleted keeps
    its row as it was and is named in the report.
    """
    due = {document: trace_of(document) for document in due_documents(on)}
    failed = dict(each(due, _delete))
    report = DeletionReport(
        deleted=[line for document, line in due.items() if document not in failed],
        failed=[{**due[document], "error": type(error).__name__} for document, error in failed.items()],
    )
    if not report.deleted and not report.failed:
        return None
    report.save()
    return report


def trace_of(document: Document) -> dict[str, str | int]:
    """What a report says of a document."""
    return {
        "number": document.number,
        "version": document.version,
        "kind": document.kind,
        "company": document.company.number,
        "dated_on": document.dated_on.isoformat(),
        "sha256": document.sha256,
    }


def _delete(document: Document) -> None:
    document.openings.all().delete()
    read = ElectronicInvoice.objects.filter(document=document).exclude(xml="").first()
    ElectronicInvoice.objects.filter(document=document).delete()
    Document.objects.filter(pk=document.pk).update(title="", file="", file_name="", deleted_at=timezone.now())
    name = stored_as(document.file)
    # Last: where the storage refuses, the rows are as before.
    if not is_used(name):
        document.file.storage.delete(name)
    if read:
        read.xml.storage.delete(stored_as(read.xml))


def is_used(name: str) -> bool:
    """Whether a stored file still belongs to a document or to terms; the same bytes may be kept once for several."""
    return Document.objects.filter(file=name).exists() or Terms.objects.filter(file=name).exists()
