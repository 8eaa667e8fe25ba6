"""New sub-processors: announced in time, objected to within the period, answered (Art. 28 (2) DSGVO)."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company, User
from portal.lib.constraints import refusing
from portal.lib.days import today
from portal.lib.refusals import Refused

from . import mails, tasks
from .models import Objection, SubProcessor, SubProcessorChange


@transaction.atomic
def announce(processor: SubProcessor, *, by: User) -> SubProcessorChange:
    """Tell every company with a valid AVV of a new sub-processor; the worker mails. Returns the SubProcessorChange.

    Raises Refused when it would begin before the period to object is over, or is announced already.
    """
    until = today() + timedelta(days=settings.OBJECTION_DAYS)
    if processor.since <= until:
        raise Refused(
            _("Customers may object until %(day)s; %(firm)s can begin after that day at the earliest.")
            % {"day": until.strftime("%d.%m.%Y"), "firm": processor}
        )
    if SubProcessorChange.objects.filter(processor=processor).exists():
        raise Refused(_("%s has been announced already.") % processor)
    change = SubProcessorChange.objects.create(
        processor=processor, announced_by_name=str(by)[:300], objection_until=until
    )
    tasks.tell_of_change.defer(change=change.pk)
    return change


@transaction.atomic
def object_to(change: SubProcessorChange, company: Company, text: str, *, by: User) -> Objection:
    """A licence holder objects for the company. Returns the Objection.

    Raises Refused after the period, and where the company has objected already.
    """
    if not change.is_open:
        raise Refused(_("The period to object ended on %s.") % change.objection_until.strftime("%d.%m.%Y"))
    with refusing("objection_once", Refused(_("Your company has objected already."))):
        objection = company.objections.create(change=change, user=by, name=str(by)[:300], text=text)
    mails.mail_objection(objection)
    return objection


@transaction.atomic
def answer(objection: Objection, state: str, reason: str, *, by: User) -> None:
    """Uphold or reject an objection, with the words the customer reads. Raises Refused."""
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    if objection.state != Objection.State.WAITING:
        raise Refused(_("This has been decided meanwhile: %s.") % objection.get_state_display())
    if state == Objection.State.DECLINED and not reason.strip():
        raise Refused(_("Please give the reason; the customer reads it."))
    objection.state, objection.reason = state, reason.strip()[:500]
    objection.decided_at, objection.decided_by_name = timezone.now(), str(by)[:300]
    objection.save()
    mails.mail_objection_answered(objection)
