"""What the worker does for contracts: the concluded agreement as a paper."""

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from . import mails
from .filing import file_document
from .models import Acceptance, Document


@app.task(queue="papers", retry=RetryStrategy(max_attempts=6, exponential_wait=4), name="make_agreement")
def make_agreement(acceptance):
    """Make, file and mail the paper of a concluded AVV; run again, it does nothing."""
    from .avv import agreement_of

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


@app.task(queue="papers", retry=RetryStrategy(max_attempts=8, exponential_wait=4), name="tell_of_change")
def tell_of_change(change):
    """Mail a new sub-processor to all companies concerned, batch by batch; run again, it goes on where it stopped."""
    from .subprocessors import tell_next

    while tell_next(change):
        pass


@app.periodic(cron="31 4 * * *")
@app.task(queue="cron", queueing_lock="delete_documents", name="delete_documents")
def delete_documents(timestamp):
    """Documents whose retention is over go; staff read the report."""
    from .retention import delete_due

    delete_due()
