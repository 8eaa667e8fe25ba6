"""Taking a filed document back: faulty, or another company's (edge 31). What happened stays on record."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from portal.lib.refusals import Refused

from . import mails
from .models import Acceptance, Document


def recall_document(document: Document, *, recall: str, reason: str, by: User) -> Document:
    """From now on nobody gets the file; who opened it and the licence holders are told. Returns the Document.

    recall: a Document.Recall. Raises Refused without a reason, for what is recalled already, and for the paper of
    an agreement that was concluded here: that is corrected by a new version of the agreement.
    """
    return recall_documents([document], recall=recall, reason=reason, by=by)[0]


@transaction.atomic
def recall_documents(documents: list[Document], *, recall: str, reason: str, by: User | str) -> list[Document]:
    """Several of one company's at once, with one mail to each reader; raises Refused as recall_document does."""
    rows = [_take_back(document, recall=recall, reason=reason, by=by) for document in documents]
    readers: dict[User, list[Document]] = {}
    for row in rows:
        for reader in readers_of(row):
            readers.setdefault(reader, []).append(row)
    for reader, theirs in readers.items():
        mails.mail_recalled(theirs, reader)
    return rows


def _take_back(document: Document, *, recall: str, reason: str, by: User | str) -> Document:
    document = Document.objects.select_for_update(of=["self"]).select_related("company").get(pk=document.pk)
    if not reason.strip():
        raise Refused(_("Please give the reason; the customer reads it."))
    if document.recalled_at or document.deleted_at:
        raise Refused(_("This document is recalled or deleted already."))
    if Acceptance.objects.filter(document=document).exists():
        raise Refused(_("An agreement that was concluded here cannot be recalled. Publish a new version of it."))
    document.recall, document.recall_reason = recall, reason.strip()[:500]
    document.recalled_at, document.recalled_by_name = timezone.now(), str(by)[:300]
    document.save(update_fields=["recall", "recall_reason", "recalled_at", "recalled_by_name"])
    return document


def readers_of(document: Document) -> list[User]:
    """People to tell: everybody who opened it, wherever they work now, and the company's licence holders."""
    openings = document.openings.select_related("user")
    people = {row.user_id: row.user for row in openings if row.user.is_active}
    holders = document.company.memberships.holders().select_related("user")
    return list((people | {row.user_id: row.user for row in holders}).values())
