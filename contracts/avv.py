"""Concluding the data processing agreement (AVV, Art. 28 DSGVO) online."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Company, User
from portal.lib.refusals import Refused

from . import tasks
from .models import Acceptance, Terms
from .reading import paragraphs_of


@transaction.atomic
def conclude_avv(company: Company, *, shown: str, name: str, function: str, by: User) -> Acceptance:
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
