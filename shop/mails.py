"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.lib.letters import send_letter


def _send(template, company, address, language, subject, **context):
    url = settings.PORTAL_URL + reverse("training_list", args=[company.number])
    send_letter(f"shop/mail/{template}.txt", address, language, subject, {"company": company, "url": url, **context})


def mail_booked(date, company, participants, order_number, by):
    """Seats are booked: to who ordered, with date, place, names and until when they can be cancelled."""
    if by and by.email:
        context = {"date": date, "participants": participants, "order_number": order_number, "person": by}
        _send("booked", company, by.email, by.language, lambda: _("Booked: %s") % date.article.name, **context)


def mail_released(booking, by):
    """A seat was given back: to the vendor's desk and to who cancelled."""
    readers = {settings.BRAND["info_mail"]: "de"}
    if by and by.email:
        readers[by.email] = by.language
    for address, language in readers.items():
        context = {"booking": booking, "person": by}
        subject = lambda: _("Seat cancelled: %s") % booking.date.article.name  # noqa: E731
        _send("released", booking.company, address, language, subject, **context)
