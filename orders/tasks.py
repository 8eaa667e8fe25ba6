"""What the worker does for orders: the confirmation, and telling the ERP."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from access.acting import lock_company
from contracts.filing import file_document
from contracts.models import Document
from portal.lib.each import each
from portal.lib.sweeping import sweeps

from . import mails
from .models import CONCLUDED, ErpCall, Order, OrderEvent, Webhook, WebhookCall
from .papers import confirmation_of, for_paper
from .reminding import remind
from .webhooks import call, due_webhooks, wake

# Longer than the job's own tries take.
MISSING_AFTER = timedelta(minutes=40)


@app.task(queue="papers", retry=RetryStrategy(max_attempts=6, exponential_wait=4), name="make_confirmation")
def make_confirmation(order):
    """Make, file and mail the confirmation of an accepted order; run again, it does nothing.

    Nothing either where the order was cancelled before the worker came: there is no contract to confirm.
    """
    # Made without a lock, which takes a second or two; anything that has happened meanwhile makes it stale.
    for _try in range(3):
        last = _last_step(order)
        paper = _paper(order)
        if paper is None or _filed(order, paper, last):
            return
    raise RuntimeError(f"order {order} changes faster than its confirmation is made")


def _last_step(order):
    return OrderEvent.objects.filter(order=order).order_by("-pk").values_list("pk", flat=True).first()


def _paper(order):
    row = for_paper(order)
    return confirmation_of(row) if _wants_paper(row) else None


def _wants_paper(row):
    return row.state in CONCLUDED and not row.company.documents.filter(number=f"AB-{row.number}").exists()


@transaction.atomic
def _filed(order, paper, last):
    """File and mail a confirmation; False where the order has moved on since it was made."""
    row = for_paper(order)
    lock_company(row.company_id)
    row = for_paper(order, locked=True)
    if not _wants_paper(row):
        return True
    if _last_step(order) != last:
        return False
    file_document(
        row.company,
        number=f"AB-{row.number}",
        kind=Document.Kind.ORDER_CONFIRMATION,
        title=f"Auftragsbestätigung {row.number}",
        content=paper,
    )
    mails.mail_confirmation(row, paper)
    return True


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


@app.periodic(cron="12 8 * * *")
@app.task(queue="cron", queueing_lock="remind_of_offers", name="remind_of_offers")
def remind_of_offers(timestamp):
    """Offers of a part that nobody has answered for a week: asked once more, by day."""
    since = timezone.now() - timedelta(days=settings.OFFER_REMINDER_DAYS)
    each(Order.objects.unanswered(since), remind)


def forget_calls(before):
    """Answers to the ERP's calls, and our calls to it, go after a month; returns how many of the first."""
    WebhookCall.objects.filter(made_at__lt=before).exclude(state=WebhookCall.State.WAITING).delete()
    return ErpCall.objects.filter(at__lt=before).delete()[0]


@app.periodic(cron="17 3 * * *")
@app.task(queue="cron", queueing_lock="forget_erp_calls", name="forget_erp_calls")
@sweeps("forget_erp_calls", "orders.WebhookCall", "orders.ErpCall")
def forget_erp_calls(timestamp):
    forget_calls(timezone.now() - timedelta(days=31))
