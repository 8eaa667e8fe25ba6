"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from access.mails import Mailbox
from portal.lib.letters import send_letter

from .models.passes import CODE_MINUTES


def _send(template, reader, subject, **context):
    """subject: a function, called in the reader's language."""
    if not reader.email:
        return
    template = f"downloads/mail/{template}.txt"
    send_letter(template, reader.email, reader.language, subject, {"reader": reader, **context})


def reader_of(download_pass):
    """The technician as a reader."""
    return Mailbox(download_pass.email, download_pass.name, download_pass.language)


def page_of(company, product):
    return settings.PORTAL_URL + reverse("product_detail", args=[company.number, product.number])


def mail_new_release(release, company, person):
    """To somebody who asked for it; the link to switch it off leads behind the login."""
    url = page_of(company, release.product)
    security, other = lambda: _("Security update: %(release)s"), lambda: _("New version: %(release)s")
    subject = lambda: (security if release.is_security else other)() % {"release": release}  # noqa: E731
    _send("new_release", person, subject, release=release, company=company, url=url, off_url=f"{url}#news")


def mail_recalled(release, person, companies, open_to):
    """To somebody who loaded the version. open_to: those of the companies whose page they may still open."""
    subject = lambda: _("Recall: please do not use %(release)s") % {"release": release}  # noqa: E731
    names = ", ".join(company.name for company in companies)
    url = page_of(open_to[0], release.product) if open_to else ""
    _send("recalled", person, subject, release=release, companies=names, url=url)


def mail_pass(download_pass, token):
    """The personal link, to the technician; the only place where the token stands."""
    subject = lambda: _("Download for you: %(release)s") % {"release": download_pass.release}  # noqa: E731
    _send(
        "pass",
        reader_of(download_pass),
        subject,
        download_pass=download_pass,
        url=settings.PORTAL_URL + reverse("pass_open", args=[token]),
        all_url=settings.PORTAL_URL + reverse("own_passes"),
    )


def mail_pass_code(download_pass, code):
    """The code without which the link opens nothing."""
    # Not in the subject, which shows on locked screens.
    subject = lambda: _("Your code for %(product)s") % {"product": download_pass.release.product.name}  # noqa: E731
    _send("pass_code", reader_of(download_pass), subject, download_pass=download_pass, code=code, minutes=CODE_MINUTES)


def mail_quarantined(upload):
    """To the vendor's mailbox and to who uploaded the file."""
    subject = lambda: _("Virus found: %(file)s") % {"file": upload.file_name}  # noqa: E731
    vendor = Mailbox(settings.BRAND["info_mail"])
    url = settings.PORTAL_URL + reverse("admin:downloads_release_upload", args=[upload.release_id])
    for reader in (vendor, upload.started_by):
        _send("quarantined", reader, subject, upload=upload, url=url)
