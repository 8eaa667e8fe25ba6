"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from .models import Order


def _send(template, order, address, language, subject, **context):
    with translation.override(language):
        url = settings.PORTAL_URL + reverse("order_detail", args=[order.company.number, order.pk])
        body = render_to_string(
            f"orders/mail/{template}.txt", {"order": order, "url": url, "brand": settings.BRAND, **context}
        )
        EmailMessage(subject=subject(), body=body, to=[address]).send()


def mail_receipt(order):
    """The order has arrived (§ 312i BGB): to who ordered, and to the company's mailbox."""
    person = order.ordered_by
    readers = {order.company.email.lower(): "de"} if order.company.email else {}
    if person and person.email:
        readers[person.email.lower()] = person.language
    for address, language in readers.items():
        _send("receipt", order, address, language, lambda: _("We have received your order %s") % order.number)


def mail_approvers(order, membership):
    """An order waits: to licence holders and deputies, but not to who ordered."""
    for row in membership.company.memberships.granting().select_related("user").exclude(user=membership.user):
        if row.user.email:
            _send(
                "approval",
                order,
                row.user.email,
                row.user.language,
                lambda: _("Order %s waits for your approval") % order.number,
                limit=membership.order_limit,
            )


def mail_state(order, reason):
    """The order went on: to who ordered, if they are still with the company."""
    person = order.ordered_by
    if person and person.email and order.company.memberships.filter(user=person).exists():
        _send("state", order, person.email, person.language, lambda: _state_subject(order), reason=reason)


def _state_subject(order):
    return _("Your order %(number)s: %(state)s") % {"number": order.number, "state": Order.State(order.state).label}
