"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _


def mail_second_factor_needed(person, company, by):
    """The company asks for a second factor from now on."""
    if not person.email:
        return
    with translation.override(person.language):
        url = settings.PORTAL_URL + reverse("mfa_index")
        context = {"reader": person, "company": company, "by": by, "url": url, "brand": settings.BRAND}
        body = render_to_string("accounts/mail/second_factor_needed.txt", context)
        subject = _("%(company)s asks for a second factor") % {"company": company.name}
        EmailMessage(subject=subject, body=body, to=[person.email]).send()
