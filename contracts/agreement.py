"""The paper of a concluded data processing agreement, as the worker makes it."""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.lib.letterhead import head_of
from portal.lib.pdf import make_pdf

from .models import Acceptance, SubProcessor, Terms
from .prose import text_of
from .reading import paragraphs_of

TEMPLATE = Path(__file__).parent / "agreement.typ"


def annexes_on(day: dt.date) -> list[tuple[str, list[str]]]:
    """(title, paragraphs) of what belongs to the agreement on a day: the measures where they are filed, the firms."""
    measures = Terms.objects.current(Terms.Kind.TOM, day)
    firms = [_firm(row) for row in SubProcessor.objects.working(day)]
    found = [(measures.title, _text(measures))] if measures else []
    if firms:
        found.append((_("Sub-processors"), firms))
    word = _("Annex %(number)d: %(title)s")
    return [(word % {"number": number, "title": title}, text) for number, (title, text) in enumerate(found, 1)]


def _text(terms: Terms) -> list[str]:
    return [block.text for block in text_of(terms, paragraphs_of(terms.file))]


def _firm(row: SubProcessor) -> str:
    where = ", ".join(filter(None, [row.seat, str(getattr(row.country, "name", row.country))]))
    return " · ".join(filter(None, [f"{row.name} ({where})", row.purpose, row.safeguard]))


def agreement_of(acceptance: Acceptance) -> bytes:
    """The concluded agreement as PDF/A bytes, in German, the language of the contract."""
    terms, company, brand = acceptance.terms, acceptance.company, settings.BRAND
    with translation.override("de"):
        moment = date_format(timezone.localtime(acceptance.accepted_at), "d.m.Y, H:i")
        customer = "\n".join([acceptance.company_name, *company.address_lines[1:]])
        return make_pdf(
            TEMPLATE,
            head=head_of("vendor", is_kept=True),
            title=terms.title,
            parties=[(_("Controller"), customer), (_("Processor"), brand["vendor"])],
            text_title=_("Text of the agreement"),
            paragraphs=_text(terms),
            annexes=annexes_on(timezone.localdate(acceptance.accepted_at)),
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
