"""What the worker does for orders: the confirmation, and telling the ERP."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from contracts.filing import file_document
from contracts.models import Document
from portal.lib.each import each

from . import mails
from .models import ErpCall, Order, Webhook, WebhookCall
from .papers import confirmation_of, for_paper
from .webhooks import call, due_webhooks, wake

CONFIRMED = {Order.State.ACCEPTED, Order.State.PARTLY, Order.State.FULFILLED}
# Longer than the job's own tries take.
MISSING_AFTER = timedelta(minutes=40)


@app.task(queue="papers", retry=RetryStrategy(max_attempts=6, exponential_wait=4), name="make_confirmation")
def make_confirmation(order):
    """Make, file and mail the confirmation of an accepted order; run again, it does nothing.

    Nothing either where the order was cancelled before the worker came: there is no contract to confirm.
    """
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=order)
        if row.state not in CONFIRMED or row.company.documents.filter(number=f"AB-{row.number}").exists():
            return
        row = for_paper(order)
        paper = confirmation_of(row)
        file_document(
            row.company,
            number=f"AB-{row.number}",
            kind=Document.Kind.ORDER_CONFIRMATION,
            title=f"Auftragsbestätigung {row.number}",
            content=paper,
        )
        mails.mail_confirmation(row, paper)


@app.task(queue="erp", retry=RetryStrategy(max_attempts=6, exponential_wait=4), name="call_webhook")
def call_webhook(webhook, **event):
    """Tell one receiver what waits for it. event: of a job that was queued before events had rows."""
    if event and (row := Webhook.objects.filter(pk=webhook, is_active=True).first()):
        row.calls.create(event={"id": event.pop("cursor"), **event})
    call(webhook)


@app.periodic(cron="* * * * *")
@app.task(queue="erp", queueing_lock="call_due_webhooks", name="call_due_webhooks")
def call_due_webhooks(timestamp):
    """What was overlooked because two workers met, or a worker died."""
    for webhook in due_webhooks():
        wake(webhook)


@app.periodic(cron="37 * * * *")
@app.task(queue="papers", queueing_lock="make_missing_confirmations", name="make_missing_confirmations")
def make_missing_confirmations(timestamp):
    """Accepted orders without their confirmation, whatever became of its job: it is made now (§ 312i BGB)."""
    each(Order.objects.unconfirmed(timezone.now() - MISSING_AFTER), _make_missing)


def _make_missing(order):
    make_confirmation.func(order=str(order.pk))


def forget_calls(before):
    """Answers to the ERP's calls, and our calls to it, go after a month; returns how many of the first."""
    WebhookCall.objects.filter(made_at__lt=before).exclude(state=WebhookCall.State.WAITING).delete()
    return ErpCall.objects.filter(at__lt=before).delete()[0]


@app.periodic(cron="17 3 * * *")
@app.task(queue="cron", queueing_lock="forget_erp_calls", name="forget_erp_calls")
def forget_erp_calls(timestamp):
    forget_calls(timezone.now() - timedelta(days=31))
