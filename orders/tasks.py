"""What the worker does for orders: the confirmation, and telling the ERP."""

import hashlib
import hmac
import json
import time
import urllib.request
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from contracts.filing import file_document
from contracts.models import Document

from . import mails
from .models import ErpCall, Order, Webhook
from .papers import confirmation_of, for_paper

TIMEOUT_SECONDS = 15
CONFIRMED = {Order.State.ACCEPTED, Order.State.PARTLY, Order.State.FULFILLED}


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


def tell_webhooks(order):
    """Queue a call to each webhook about the state an order has reached, within the transaction that changes it."""
    event = order.events.order_by("pk").last()
    for pk in Webhook.objects.filter(is_active=True).values_list("pk", flat=True):
        call_webhook.defer(webhook=pk, cursor=event.pk, number=order.number, state=order.state, at=event.at.isoformat())


@app.task(queue="erp", retry=RetryStrategy(max_attempts=10, exponential_wait=4), name="call_webhook")
def call_webhook(webhook, **event):
    """POST one event, signed; anything but 2xx is tried again with growing pauses. cursor: the event's id."""
    row = Webhook.objects.filter(pk=webhook, is_active=True).first()
    if row is None:
        return
    told = {"event": "order.changed", "id": event["cursor"], **event}
    # The ERP's cursor is known once the event can be read, not when it is written.
    del told["cursor"]
    body = json.dumps(told, sort_keys=True).encode()
    moment = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        # A receiver takes a call twice for one: the id stays the same in every try.
        "X-Portal-Event": f"{row.pk}-{event['cursor']}",
        "X-Portal-Signature": f"t={moment},v1={signature(row.secret, moment, body)}",
    }
    request = urllib.request.Request(row.url, data=body, headers=headers, method="POST")  # noqa: S310 - checked in clean()
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            said = f"{answer.status}"
    except OSError as error:
        row.note(str(error), ok=False)
        raise
    row.note(said, ok=True)


def signature(secret, moment, body):
    """HMAC-SHA256 in hex over "moment.body"; moment: seconds since 1970 as text, against replays."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def forget_calls(before):
    """Remembered answers of the ERP's calls go after a month; returns how many."""
    return ErpCall.objects.filter(at__lt=before).delete()[0]


@app.periodic(cron="17 3 * * *")
@app.task(queue="cron", queueing_lock="forget_erp_calls", name="forget_erp_calls")
def forget_erp_calls(timestamp):
    forget_calls(timezone.now() - timedelta(days=31))
