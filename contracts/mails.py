"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _


def mail_agreement(acceptance, paper):
    """The concluded AVV, attached: to who concluded it, to the company's mailbox and to the vendor."""
    readers = {settings.BRAND["info_mail"].lower(): "de"}
    if acceptance.company.email:
        readers[acceptance.company.email.lower()] = "de"
    if acceptance.user.email:
        readers[acceptance.user.email.lower()] = acceptance.user.language
    url = settings.PORTAL_URL + reverse("document_list", args=[acceptance.company.number])
    for address, language in readers.items():
        with translation.override(language):
            context = {"acceptance": acceptance, "url": url, "brand": settings.BRAND}
            body = render_to_string("contracts/mail/agreement.txt", context)
            subject = _("Data processing agreement concluded: %s") % acceptance.company_name
            message = EmailMessage(subject=" ".join(subject.split()), body=body, to=[address])
            message.attach(f"{acceptance.document.number}.pdf", paper, "application/pdf")
            message.send()
