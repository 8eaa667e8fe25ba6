"""Filing a paper under a company's documents."""

import datetime as dt
import hashlib

from django.core.files.base import ContentFile
from django.db import transaction
from procrastinate.contrib.django import app

from accounts.models import Company
from portal.lib.days import today
from portal.lib.files import safe_name

from .models import Document


@transaction.atomic
def file_document(
    company: Company, *, number: str, kind: str, title: str, content: bytes, dated_on: dt.date | None = None
) -> tuple[Document, bool]:
    """File bytes as a document; returns (document, is_new).

    A number that is filed already gets a new version; the same bytes once more change nothing.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    newest = Document.objects.select_for_update().filter(number=number).order_by("-version").first()
    if newest and newest.sha256 == sha256 and newest.company_id == company.pk:
        return newest, False
    # Numbers such as "RE/2026/17" are no folders on the disk of who loads the file.
    name = safe_name(f"{number}.pdf".replace("/", "-").replace("\\", "-"))
    document = Document(
        company=company,
        number=number,
        kind=kind,
        title=title,
        dated_on=dated_on or today(),
        file_name=name,
        size=len(content),
        sha256=sha256,
    )
    document.file.save(name, ContentFile(content), save=False)
    return file_version(document, newest), True


def file_version(document: Document, newest: Document | None) -> Document:
    """Store a document that has its file, as the version after the newest one of its number, which is locked."""
    document.version = newest.version + 1 if newest else 1
    document.save()
    if newest:
        newest.replaced_by = document
        newest.save(update_fields=["replaced_by"])
    # By name: the worker's tasks file documents themselves.
    app.configure_task("read_text").defer(document=str(document.pk))
    return document
