"""Somebody of the vendor's looks at the portal as one of a customer's people: noted with both names, read by both."""

from django.db import transaction
from django.utils.translation import gettext as _

from .acting import AccessRefused, Actor, Kind
from .door import why_closed
from .models import AccessEvent, Membership

MINUTES = 30


def why_not_looked_as(target: Membership) -> str:
    """Why nobody may look as this member, in a sentence, or ""."""
    person = target.user
    if person.is_staff or person.is_superuser:
        return _("Nobody looks as somebody of the vendor's staff.")
    if not person.is_active:
        return _("This account is blocked; there is nothing to see.")
    if why_closed(target):
        return _("The access of this person is closed; there is nothing to see.")
    return ""


@transaction.atomic
def begin_look(by: Actor, target: Membership, reason: str) -> None:
    """Note that staff look as this member from now on, and why. Raises AccessRefused."""
    actor, target = by.enter_with(target)
    if actor.kind != Kind.STAFF:
        raise AccessRefused(_("Only the vendor's staff may do this."))
    if refusal := why_not_looked_as(target):
        raise AccessRefused(refusal)
    actor.note(AccessEvent.Kind.LOOKED, target, word=reason)


@transaction.atomic
def end_look(by: Actor, target: int) -> None:
    """Note that it is over. target: the membership's id, which may be gone by now."""
    actor = by.enter()
    row = actor.company.memberships.select_related("user").filter(pk=target).first()
    actor.note(AccessEvent.Kind.LOOK_ENDED, row)
