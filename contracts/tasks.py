"""What the worker does for contracts: the concluded agreement as a paper."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from portal.lib.each import each
from portal.lib.sweeping import sweeps

from . import mails
from .agreement import agreement_of
from .filing import file_document
from .invoices.reading import read_unread
from .models import Acceptance, Document
from .notices import companies_to_tell, tell_next
from .publishing import tasks as publishing_tasks  # noqa: F401 - the worker finds them here
from .retention import delete_due
from .texts.reading import read_filed
from .texts.reading import read_unread as read_unread_texts

# Longer than the job's own tries take.
MISSING_AFTER = timedelta(minutes=40)


@app.periodic(cron="41 * * * *")
@app.task(queue="papers", queueing_lock="make_missing_agreements", name="make_missing_agreements")
def make_missing_agreements(timestamp):
    """Concluded agreements without their paper, whatever became of its job: it is made now."""
    concluded = Acceptance.objects.filter(is_conclusion=True, document=None)
    each(concluded.filter(accepted_at__lt=timezone.now() - MISSING_AFTER).only("pk"), _make_missing)


def _make_missing(acceptance):
    make_agreement.func(acceptance=acceptance.pk)


@app.periodic(cron="*/5 * * * *")
@app.task(queue="heavy", queueing_lock="read_invoices", name="read_invoices")
def read_invoices(timestamp):
    """What new invoices say to machines, whichever way they were filed."""
    read_unread()


@app.periodic(cron="3-58/5 * * * *")
@app.task(queue="heavy", queueing_lock="read_texts", name="read_texts")
def read_texts(timestamp):
    """What stands in documents that came by import, or whose own job was lost."""
    read_unread_texts()


@app.task(queue="heavy", name="read_text")
def read_text(document):
    """What stands in a document that was filed; run again, it does nothing."""
    read_filed(document)


class NotAllTold(Exception):
    """Some companies could not be told of a new sub-processor; which, stands in the admin."""


@app.task(queue="papers", retry=RetryStrategy(max_attempts=6, exponential_wait=4), name="make_agreement")
def make_agreement(acceptance):
    """Make, file and mail the paper of a concluded AVV; run again, it does nothing."""
    with transaction.atomic():
        row = Acceptance.objects.select_for_update(of=["self"]).select_related("terms", "company", "user")
        row = row.get(pk=acceptance)
        if row.document_id:
            return
        paper = agreement_of(row)
        row.document, _is_new = file_document(
            row.company,
            number=f"AVV-{row.company.number}-{row.pk}",
            kind=Document.Kind.AVV,
            title=row.terms.title,
            content=paper,
        )
        row.save(update_fields=["document"])
        mails.mail_agreement(row, paper)


@app.task(queue="heavy", retry=RetryStrategy(max_attempts=8, exponential_wait=4), name="tell_of_change")
def tell_of_change(change):
    """Mail a new sub-processor to all companies concerned, batch by batch; run again, it goes on where it stopped."""
    while tell_next(change):
        pass
    if companies_to_tell(change).exists():
        raise NotAllTold(change)


@app.periodic(cron="31 4 * * *")
@app.task(queue="cron", queueing_lock="delete_documents", name="delete_documents")
@sweeps("delete_documents", "contracts.DocumentOpening", "contracts.ElectronicInvoice")
def delete_documents(timestamp):
    """Documents whose retention is over go; staff read the report."""
    delete_due()
