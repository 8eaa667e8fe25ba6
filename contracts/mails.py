"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.mails import Mailbox
from portal.lib.letters import send_letter


def mail_agreement(acceptance, paper):
    """The concluded AVV, attached: to who concluded it, to the company's mailbox and to the vendor."""
    boxes = [settings.BRAND["info_mail"], acceptance.company.email]
    readers = {address.lower(): Mailbox(address) for address in boxes if address}
    if acceptance.user.email:
        readers[acceptance.user.email.lower()] = acceptance.user
    url = settings.PORTAL_URL + reverse("document_list", args=[acceptance.company.number])
    subject = lambda: _("Data processing agreement concluded: %s") % acceptance.company_name  # noqa: E731
    attachment = (f"{acceptance.document.number}.pdf", paper, "application/pdf")
    for reader in readers.values():
        template = "contracts/mail/agreement.txt"
        context = {"reader": reader, "acceptance": acceptance, "url": url}
        send_letter(template, reader.email, reader.language, subject, context, attachment=attachment)


def _send(template, reader, subject, **context):
    """subject: a function, called in the reader's language."""
    if not reader.email:
        return
    template = f"contracts/mail/{template}.txt"
    send_letter(template, reader.email, reader.language, subject, {"reader": reader, **context})


def mail_recalled(documents, reader):
    """Documents of one company were recalled, for one reason: to somebody who opened them, or a licence holder."""
    first = documents[0]
    url = settings.PORTAL_URL + reverse("document_list", args=[first.company.number])
    named = f"{first.title} {first.number}"

    def subject():
        if len(documents) == 1:
            return _("Withdrawn: %s") % named
        return ngettext("%(count)d document is withdrawn", "%(count)d documents are withdrawn", len(documents)) % {
            "count": len(documents)
        }

    _send("recalled", reader, subject, document=first, documents=documents, url=url)


def mail_published(company, documents):
    """New documents, all that came at once: to the company's licence holders."""
    url = settings.PORTAL_URL + reverse("document_list", args=[company.number])
    words = {"company": company.name, "count": len(documents), "title": documents[0].title}

    def subject():
        if len(documents) == 1:
            return _("New document: %(title)s") % words
        return (
            ngettext(
                "%(count)d new document for %(company)s", "%(count)d new documents for %(company)s", len(documents)
            )
            % words
        )

    for row in company.memberships.holders().select_related("user"):
        _send("published", row.user, subject, company=company, documents=documents, url=url)


def _vendor():
    return Mailbox(settings.BRAND["info_mail"])


def mail_change(change, company):
    """A new sub-processor: to the company's licence holders."""
    url = settings.PORTAL_URL + reverse("subprocessor_list", args=[company.number])
    words = {"firm": change.processor, "day": date_format(change.processor.since, "d.m.Y")}
    words["until"] = date_format(change.objection_until, "d.m.Y")
    subject = lambda: _("New sub-processor from %(day)s: %(firm)s (objection until %(until)s)") % words  # noqa: E731
    for row in company.memberships.holders().select_related("user"):
        _send("change", row.user, subject, change=change, company=company, url=url)


def mail_objection(objection):
    """To the vendor, with the page where it is answered; and to who objected."""
    page = settings.PORTAL_URL + reverse("admin:contracts_objection_decide", args=[objection.pk])
    words = {"company": objection.company, "firm": objection.change}
    subject = lambda: _("Objection of %(company)s to %(firm)s") % words  # noqa: E731
    _send("objection", _vendor(), subject, objection=objection, url=page)
    url = settings.PORTAL_URL + reverse("subprocessor_list", args=[objection.company.number])
    subject = lambda: _("Your objection to %(firm)s has arrived") % words  # noqa: E731
    _send("objection_sent", objection.user, subject, objection=objection, url=url)


def mail_objection_answered(objection):
    """To who objected, or to the licence holders once that person has gone."""
    url = settings.PORTAL_URL + reverse("subprocessor_list", args=[objection.company.number])
    subject = lambda: _("Answer to your objection to %s") % objection.change  # noqa: E731
    holders = objection.company.memberships.holders().select_related("user")
    readers = [objection.user] if objection.user else [row.user for row in holders]
    for reader in readers:
        _send("objection_answered", reader, subject, objection=objection, url=url)
