"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.lib.letters import send_letter
from portal.lib.tags import money

from .limits import answerers, needs_approval
from .models import Order
from .said import rows_of, totals_of


def _send(template, order, address, language, subject, *, attachment=None, place="", reader=None, **context):
    """reader: whom it greets; else who ordered, where it is their address, and nobody by name in a mailbox."""
    url = settings.PORTAL_URL + reverse("order_detail", args=[order.company.number, order.pk]) + place
    orderer = order.ordered_by
    reader = reader or (orderer if orderer and orderer.email.lower() == address else None)
    context = {"order": order, "url": url, "reader": reader, **_table(order), **context}
    send_letter(f"orders/mail/{template}.txt", address, language, subject, context, attachment=attachment)


def _table(order):
    """The order's lines and totals, in the reader's language: those that stand, once any was declined."""
    lines = [line for line in order.lines.select_related("training_date") if not line.is_declined]
    is_whole = not lines or not order.has_declined
    lines = lines or order.lines.select_related("training_date")
    sums = order.ordered_sums if is_whole else order.valid_sums
    return {"rows": lambda: rows_of(lines), "totals": lambda: totals_of(sums)}


def _orderer(order):
    """Address -> language of who ordered, while still with the company."""
    person = order.ordered_by
    if person and person.email and order.company.memberships.filter(user=person).exists():
        return {person.email.lower(): person.language}
    return {}


def _readers(order):
    """Address -> language, as the company chooses: who ordered, while still with it, and the company's mailbox.

    Where the chosen one cannot be reached the other gets it: somebody has to (§ 312i BGB).
    """
    company, orderer = order.company, _orderer(order)
    mailbox = {company.email.lower(): "de"} if company.email else {}
    wanted = {"orderer": orderer or mailbox, "mailbox": mailbox or orderer}
    return wanted.get(company.confirmations, mailbox | orderer).items()


def mail_receipt(order, *, approved_by="", word=""):
    """The order has arrived (§ 312i BGB): to who ordered, and to the company's mailbox.

    approved_by: the name of who let it through, where it had to wait; word: what they wrote.
    """
    for address, language in _readers(order):
        subject = lambda: _("We have received your order %s") % order.number  # noqa: E731
        _send("receipt", order, address, language, subject, approved_by=approved_by, word=word)


def mail_waiting(order):
    """The order waits for approval inside the company: to who ordered, and to nobody else yet."""
    rows = order.company.memberships.granting().select_related("user").exclude(user=order.ordered_by)
    names = ", ".join(row.user.get_full_name() for row in rows if not _is_too_much(row, order))
    for address, language in _orderer(order).items():
        subject = lambda: _("Your order %s waits for approval") % order.number  # noqa: E731
        _send("waiting", order, address, language, subject, names=names)


def _is_too_much(row, order):
    row.company = order.company
    return needs_approval(row, order.net)


def mail_offer(order, *, again=False):
    """The vendor offers a part: to everybody who may answer, and for its files to the company's mailbox.

    again: as a reminder, to those who may answer only.
    """
    people = {row.user.email.lower(): row.user for row in answerers(order) if row.user.email}
    readers = {address: person.language for address, person in people.items()}
    if not readers or not again:
        readers = dict(_readers(order)) | readers
    said = _offer_reminder if again else _offer
    subject = lambda: said() % order.number  # noqa: E731
    for address, language in readers.items():
        more = {"reader": people.get(address), "again": again, "place": "#answer"}
        _send("offer", order, address, language, subject, **more)


def _offer():
    return _("Your order %s: we can deliver a part, please answer")


def _offer_reminder():
    return _("Reminder: your order %s waits for your answer")


def mail_confirmation(order, paper):
    """The vendor has accepted: the confirmation, attached; the contract is concluded by it. Returns the addresses."""
    readers = dict(_readers(order))
    attachment = (f"AB-{order.number}.pdf", paper, "application/pdf")
    for address, language in readers.items():
        _send(
            "confirmation",
            order,
            address,
            language,
            lambda: _confirmed(order) % order.number,
            attachment=attachment,
        )
    return list(readers)


def _confirmed(order):
    if order.has_declined:
        return _("Order confirmation %s (accepted in part)")
    return _("Order confirmation for your order %s")


def mail_approvers(order, membership):
    """An order waits: to the licence holders and deputies who may approve its sum, but not to who ordered."""
    company = membership.company
    words = lambda: {"number": order.number, "who": order.orderer_name, "sum": money(order.net)}  # noqa: E731
    for row in company.memberships.granting().select_related("user").exclude(user=membership.user):
        row.company = company
        if row.user.email and not needs_approval(row, order.net):
            _send(
                "approval",
                order,
                row.user.email,
                row.user.language,
                lambda: _("Please approve: %(number)s of %(who)s, %(sum)s net") % words(),
                reader=row.user,
                limit=membership.order_limit,
                month=membership.order_limit_month,
            )


def mail_state(order, reason, *, inside=False, by=None):
    """The order went on: to who ordered, if still with the company, and to the company's mailbox.

    inside: it never left the company; then only who ordered has heard of it, and reads who stopped it.
    """
    # Who cancels at the vendor has approved or refused nothing.
    is_colleague = by and by != order.ordered_by and not getattr(by, "is_staff", False)
    rejected_by = str(by) if inside and is_colleague else ""
    subject = lambda: _state_subject(order, rejected_by)  # noqa: E731
    for address, language in _orderer(order).items() if inside else _readers(order):
        _send("state", order, address, language, subject, reason=reason, rejected_by=rejected_by)


def _state_subject(order, rejected_by):
    if rejected_by:
        return _("Not approved: your order %s") % order.number
    return _("Your order %(number)s: %(state)s") % {"number": order.number, "state": Order.State(order.state).label}
