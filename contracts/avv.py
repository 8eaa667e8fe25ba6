"""Concluding the data processing agreement (AVV, Art. 28 DSGVO) online."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.lib.letterhead import legal_line
from portal.lib.pdf import make_pdf
from portal.lib.refusals import Refused

from . import tasks
from .models import Terms
from .reading import paragraphs_of

TEMPLATE = Path(__file__).parent / "agreement.typ"


@transaction.atomic
def conclude_avv(company, *, shown, name, function, by):
    """Conclude the AVV in force for a company; the worker makes, files and mails the paper. Returns the Acceptance.

    shown: SHA-256 of the text that was on the person's screen. Raises Refused, and nothing has happened, when
    another version is in force by now or the company has concluded this one already (edge 28).
    """
    # Two people at once: the second waits here and then finds the first one's conclusion.
    type(company).objects.select_for_update().get(pk=company.pk)
    terms = Terms.objects.current(Terms.Kind.AVV)
    if terms is None or terms.sha256 != shown:
        raise Refused(_("Another version is in force by now. Please read it; nothing has been concluded yet."))
    if earlier := company.acceptances.conclusion_of(terms):
        raise Refused(_("%(name)s has already concluded this agreement.") % {"name": earlier.signer_name})
    if not Terms.objects.avv_missing_at(company).exists():
        raise Refused(_("An agreement on paper is filed under your documents. You do not have to do anything."))
    if not paragraphs_of(terms.file):
        raise Refused(
            _(
                "The text of this version cannot be shown here, so it cannot be concluded online. Please write to "
                "%(mail)s or call us: %(phone)s"
            )
            % {"mail": settings.BRAND["info_mail"], "phone": settings.BRAND["phone"]}
        )
    acceptance = company.acceptances.create(
        terms=terms,
        user=by,
        signer_name=name,
        signer_function=function,
        company_name=company.name,
        sha256=terms.sha256,
        is_conclusion=True,
    )
    tasks.make_agreement.defer(acceptance=acceptance.pk)
    return acceptance


def agreement_of(acceptance):
    """The concluded agreement as PDF/A bytes, in German, the language of the contract."""
    terms, company, brand = acceptance.terms, acceptance.company, settings.BRAND
    with translation.override("de"):
        moment = date_format(timezone.localtime(acceptance.accepted_at), "d.m.Y, H:i")
        customer = "\n".join([acceptance.company_name, *company.address_lines[1:]])
        return make_pdf(
            TEMPLATE,
            lang="de",
            title=terms.title,
            vendor=brand["vendor"],
            legal=legal_line("vendor"),
            footer=" · ".join([brand["phone"], brand["info_mail"]]),
            parties=[(_("Controller"), customer), (_("Processor"), brand["vendor"])],
            text_title=_("Text of the agreement"),
            paragraphs=paragraphs_of(terms.file),
            conclusion_title=_("Conclusion"),
            facts=[
                (_("Version"), f"{terms.number}, {_('valid from')} {date_format(terms.valid_from, 'd.m.Y')}"),
                (_("SHA-256 of the text"), acceptance.sha256),
                (_("Concluded by"), acceptance.signer_name),
                (_("Function"), acceptance.signer_function),
                (_("Concluded on"), f"{moment} Uhr"),
            ],
            closing=_("Concluded electronically in the customer portal (Art. 28(9) GDPR); valid without a signature."),
        )
