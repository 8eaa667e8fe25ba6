"""Asking once more for the answer to what the vendor offers of an order."""

from django.db import transaction
from django.utils import timezone

from . import mails
from .models import Order


@transaction.atomic
def remind(order: Order) -> None:
    """Mail the reminder, once; nothing where the answer was given meanwhile."""
    row = Order.objects.select_for_update(of=["self"]).select_related("company").get(pk=order.pk)
    if row.is_offered and row.reminded_at is None:
        row.reminded_at = timezone.now()
        row.save(update_fields=["reminded_at"])
        mails.mail_offer(row, again=True)
