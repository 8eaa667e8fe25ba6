"""Mails that speak of several tiles at once; each is queued in the caller's transaction."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from access.models import Membership
from portal.lib.letters import send_letter

from .waiting import waiting_for


def mail_waiting(membership: Membership) -> bool:
    """The week's list of what waits for a person at a company; False, and no mail, where nothing does."""
    reader, company = membership.user, membership.company
    with translation.override(reader.language):
        lines = [line for line in waiting_for(membership) if not line.is_done]
    if not lines or not reader.email:
        return False
    pages = [reverse(name, args=[company.number]) for name in ("start", "account")]
    url, off_url = (settings.PORTAL_URL + page for page in pages)
    send_letter(
        "portal/mail/waiting.txt",
        reader.email,
        reader.language,
        lambda: _("Waiting for you at %(company)s") % {"company": company.name},
        {"reader": reader, "company": company, "lines": lines, "url": url, "off_url": f"{off_url}#weekly"},
    )
    return True
