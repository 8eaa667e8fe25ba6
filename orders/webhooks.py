"""Telling the vendor's programs that an order has changed: in order, signed, in time, and with a trace."""

import hashlib
import hmac
import http.client
import json
import time
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from portal.lib.each import reason_of
from portal.lib.outward import CallRefused, post
from portal.lib.plain import defuse

from .models import Order, Webhook, WebhookCall

SECONDS = 10
# The first key of our advisory locks on receivers.
LOCK = 7304
AT_ONCE = 10


def tell_webhooks(order: Order) -> None:
    """Note the state an order has reached for each receiver, within the transaction that changes it."""
    event = order.events.latest("pk")
    said = {"id": event.pk, "number": order.number, "state": order.state, "at": event.at.isoformat()}
    for webhook in Webhook.objects.filter(is_active=True):
        webhook.calls.create(event=said)
        wake(webhook.pk)


def wake(webhook: int, at: datetime | None = None) -> None:
    """Have the worker call a receiver, now or at a moment."""
    # By its name: the job itself wakes the next one.
    app.configure_task("call_webhook", schedule_at=at).defer(webhook=webhook)


def due_webhooks() -> set[int]:
    """Receivers for which something waits whose moment has come."""
    waiting = WebhookCall.objects.filter(state=WebhookCall.State.WAITING, next_at__lte=timezone.now())
    return set(waiting.filter(webhook__is_active=True).values_list("webhook", flat=True))


def call(webhook: int) -> None:
    """Tell a receiver what waits for it, the oldest first; one that fails holds back the later ones."""
    for _turn in range(AT_ONCE):
        if not _next(webhook):
            return
    wake(webhook)


@transaction.atomic
def _next(webhook: int) -> bool:
    """One try for the oldest; returns whether the next one may be told at once."""
    row = Webhook.objects.filter(pk=webhook, is_active=True).first()
    if row is None or not _is_mine(webhook):
        return False
    waiting = row.calls.filter(state=WebhookCall.State.WAITING).order_by("pk").first()
    if waiting is None or waiting.next_at > timezone.now():
        return False
    answer, ok = _post(row, waiting)
    row.note(answer, ok=ok)
    waiting.note(answer, ok=ok)
    if waiting.state == WebhookCall.State.WAITING:
        wake(webhook, waiting.next_at)
    return waiting.state != WebhookCall.State.WAITING


def _is_mine(webhook: int) -> bool:
    """Whether no other worker calls this receiver at this moment; until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s, %s)", [LOCK, webhook])
        return cursor.fetchone()[0]


def _post(row: Webhook, waiting: WebhookCall) -> tuple[str, bool]:
    """(what the receiver said, whether it has taken it): nothing but 2xx is a yes."""
    try:
        body, headers = signed(row, waiting)
        status, words = post(row.url, body, headers, seconds=SECONDS, allowed=settings.WEBHOOK_NETWORKS)
    except (CallRefused, OSError, http.client.HTTPException, ValueError) as error:
        return reason_of(error), False
    return defuse(f"{status} {words}"), 200 <= status < 300


def signed(row: Webhook, waiting: WebhookCall) -> tuple[bytes, dict[str, str]]:
    """(body, headers). The signature covers the moment and, within the body, the id: neither can be exchanged."""
    body = json.dumps({**waiting.event, "id": waiting.key, "event": "order.changed"}, sort_keys=True).encode()
    moment = str(int(time.time()))
    return body, {
        "Content-Type": "application/json",
        "User-Agent": "Kundenportal",
        "X-Portal-Event": waiting.key,
        "X-Portal-Signature": f"t={moment},v1={signature(row.secret, moment, body)}",
    }


def signature(secret: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 in hex over "moment.body"; moment: seconds since 1970 as text, against replays."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
