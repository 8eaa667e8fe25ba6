"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from portal.lib.letters import Letter


def _send(template, company, address, language, subject, **context):
    with translation.override(language):
        url = settings.PORTAL_URL + reverse("training_list", args=[company.number])
        context |= {"company": company, "url": url, "brand": settings.BRAND}
        body = render_to_string(f"shop/mail/{template}.txt", context)
        Letter(subject=subject(), body=body, to=[address]).send()


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
