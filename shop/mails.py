"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.lib.letters import send_letter


def _send(template, company, address, language, subject, **context):
    url = settings.PORTAL_URL + reverse("training_list", args=[company.number])
    send_letter(f"shop/mail/{template}.txt", address, language, subject, {"company": company, "url": url, **context})


def mail_released(booking, by):
    """A seat was given back: to the vendor's desk and to who cancelled."""
    desk = settings.BRAND["info_mail"]
    readers = {desk: None}
    if by and by.email:
        readers[by.email] = by
    for address, reader in readers.items():
        context = {"booking": booking, "reader": reader, "is_desk": reader is None}
        language = reader.language if reader else "de"
        subject = lambda: _("Seat cancelled: %s") % booking.date.article.name  # noqa: E731
        _send("released", booking.company, address, language, subject, **context)
