"""The paper of a concluded data processing agreement, as the worker makes it."""

from pathlib import Path

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.lib.letterhead import head_of
from portal.lib.pdf import make_pdf

from .models import Acceptance
from .reading import paragraphs_of

TEMPLATE = Path(__file__).parent / "agreement.typ"


def agreement_of(acceptance: Acceptance) -> bytes:
    """The concluded agreement as PDF/A bytes, in German, the language of the contract."""
    terms, company, brand = acceptance.terms, acceptance.company, settings.BRAND
    with translation.override("de"):
        moment = date_format(timezone.localtime(acceptance.accepted_at), "d.m.Y, H:i")
        customer = "\n".join([acceptance.company_name, *company.address_lines[1:]])
        return make_pdf(
            TEMPLATE,
            head=head_of("vendor"),
            title=terms.title,
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
