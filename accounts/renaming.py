"""Firm and seat: reported by the customer, accepted or declined by the vendor, in force from a day.

A company has one message waiting at a time. It outlives the removal of who sent it. A day in the past means at once;
a day to come is kept until it begins in Berlin. Papers made before keep the old name.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.acting import Actor, lock_company
from portal.lib.days import today
from portal.lib.each import each
from portal.lib.refusals import Refused

from . import mails
from .models import Company, NameChange, User
from .models.name_change import FIELDS


@transaction.atomic
def report(change: NameChange, company: Company, *, by: User) -> None:
    """Send a filled-in message to the vendor. Raises Refused while another one is waiting."""
    company = lock_company(company.pk)
    if company.name_changes.waiting().exists():
        raise Refused(_("A change is waiting already. Withdraw it first if it is no longer right."))
    change.company, change.asked_by, change.asked_by_name = company, by, str(by)[:300]
    for name in FIELDS:
        setattr(change, f"old_{name}", getattr(company, name))
    change.save()
    mails.mail_name_change_sent(change)


@transaction.atomic
def withdraw(change: NameChange, *, by: User) -> None:
    """Take a waiting message back. Raises Refused once it is decided."""
    change = _waiting(change, by)
    _decide(change, NameChange.State.WITHDRAWN, by)


@transaction.atomic
def accept(change: NameChange, *, by: User) -> None:
    """Enter the change, or keep it for its day; everybody who may change the company's details is told."""
    change = _waiting(change, by)
    _decide(change, NameChange.State.ACCEPTED, by)
    if change.effective_on <= today():
        _enter(change)
    mails.mail_name_change_decided(change)


@transaction.atomic
def decline(change: NameChange, reason: str, *, by: User) -> None:
    """Say no, with the reason that the customer reads. Raises Refused without one."""
    if not reason.strip():
        raise Refused(_("Please give the reason; the customer reads it."))
    change = _waiting(change, by)
    change.reason = reason.strip()[:500]
    _decide(change, NameChange.State.DECLINED, by)
    mails.mail_name_change_decided(change)


def apply_due() -> None:
    """Accepted changes whose day has begun are entered; once each."""
    each(NameChange.objects.due().only("pk", "company_id"), _apply)


def _apply(change: NameChange) -> None:
    Actor.portal(change.company_id).enter()
    change = NameChange.objects.select_for_update().due().filter(pk=change.pk).first()
    if change:
        _enter(change)
        mails.mail_name_change_applied(change)


def _waiting(change: NameChange, by: User) -> NameChange:
    actor = Actor.staff if by.is_staff else Actor.themselves
    actor(by, change.company_id).enter()
    change = NameChange.objects.select_for_update(of=["self"]).select_related("company").get(pk=change.pk)
    if change.state != NameChange.State.WAITING:
        raise Refused(_("This has been decided meanwhile: %s.") % change.get_state_display())
    return change


def _decide(change: NameChange, state: NameChange.State, by: User) -> None:
    change.state, change.decided_at, change.decided_by_name = state, timezone.now(), str(by)[:300]
    change.save(update_fields=["state", "decided_at", "decided_by_name", "reason"])


def _enter(change: NameChange) -> None:
    """Only what the message changes: what staff corrected meanwhile in another field stays."""
    company = lock_company(change.company_id)
    changed = [name for name in FIELDS if getattr(change, f"new_{name}") != getattr(change, f"old_{name}")]
    for name in changed:
        setattr(company, name, getattr(change, f"new_{name}"))
    company.save(update_fields=changed)
    change.applied_at = timezone.now()
    change.save(update_fields=["applied_at"])
