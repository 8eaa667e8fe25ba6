"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _


def _send(template, reader, subject, **context):
    """subject: a function, called in the reader's language."""
    if not reader.email:
        return
    with translation.override(reader.language):
        context |= {"brand": settings.BRAND, "reader": reader}
        body = render_to_string(f"downloads/mail/{template}.txt", context)
        EmailMessage(subject=" ".join(str(subject()).split()), body=body, to=[reader.email]).send()


def page_of(company, product):
    return settings.PORTAL_URL + reverse("product_detail", args=[company.number, product.number])


def mail_new_release(release, company, person):
    """To somebody who asked for it; the link to switch it off leads behind the login."""
    url = page_of(company, release.product)
    subject = lambda: _("New version: %(release)s") % {"release": release}  # noqa: E731
    _send("new_release", person, subject, release=release, company=company, url=url, off_url=f"{url}#news")


def mail_recalled(release, person, companies, open_to):
    """To somebody who loaded the version. open_to: those of the companies whose page they may still open."""
    subject = lambda: _("Recall: please do not use %(release)s") % {"release": release}  # noqa: E731
    names = ", ".join(company.name for company in companies)
    url = page_of(open_to[0], release.product) if open_to else ""
    _send("recalled", person, subject, release=release, companies=names, url=url)
