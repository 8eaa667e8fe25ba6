"""How access ends, pauses and goes on: removed, suspended, let in again."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.constraints import refusing

from . import mails
from .acting import AccessRefused, Actor, lock_person, save_version
from .models import Invitation, Membership, ReviewedPerson
from .signals import membership_ended

if TYPE_CHECKING:
    from accounts.models import Company, User


def last_holder_sentence() -> str:
    return _("A company needs at least one licence holder. Name another one first.")


def why_not_removed(by: Actor, target: Membership) -> str:
    """Why an actor may not remove somebody, in a sentence, or ""."""
    if target.is_holder and not target.company.memberships.holders().exclude(pk=target.pk).exists():
        return last_holder_sentence()
    if by.user is not None and target.user_id == by.user.pk:
        return _("You cannot remove yourself. Ask another licence holder.")
    if target.is_holder and not by.leads:
        return _("Only a licence holder can remove a licence holder.")
    return ""


@transaction.atomic
def remove(by: Actor, target: Membership) -> None:
    """Take a person out at once; orders, documents and history keep the name. Raises AccessRefused."""
    actor, target = by.enter_with(target)
    if reason := why_not_removed(actor, target):
        raise AccessRefused(reason)
    mails.mail_removed(target, actor)
    leave(target, actor)


def leave(membership: Membership, actor: Actor) -> None:
    """Somebody's access ends with all that hung on it; within a transaction that holds the company."""
    close(membership, by=actor.user)
    delete_membership(membership, actor)


def close(membership: Membership, *, by: "User | None") -> None:
    """What ends with somebody's access, for good or for a while: invitations they sent, passes they gave.

    by: the User who ended it, or None.
    """
    now = timezone.now()
    sent = Invitation.objects.filter(membership__company=membership.company_id, invited_by=membership.user_id)
    sent.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    membership_ended.send(sender=Membership, membership=membership, by=by)


def delete_membership(membership: Membership, actor: Actor) -> None:
    """Delete a membership with its switches and invitations; a person nobody ever let in goes with it.

    Raises AccessRefused where it would leave the company without a licence holder.
    """
    user, was_invited = membership.user, not membership.accepted_at
    with refusing("membership_last_holder", AccessRefused(last_holder_sentence())):
        company, was_main = membership.company, membership.is_main_holder
        _decide_reviews(membership, actor)
        membership.delete()
        if was_main:
            name_main_holder(company)
    if was_invited and not user.is_staff and not user.has_usable_password() and not user.last_login:
        _forget(user)


def _decide_reviews(membership: Membership, actor: Actor) -> None:
    """An open review takes the end of somebody's access as its answer."""
    asked = ReviewedPerson.objects.filter(membership=membership, review__closed_at=None, verdict="")
    asked.update(
        verdict=ReviewedPerson.Verdict.ENDED,
        decided_at=timezone.now(),
        decided_by_name=actor.name,
        rights=sorted(membership.granted),
        last_login=membership.user.last_login,
    )


def name_main_holder(company: "Company") -> None:
    """The holder who is longest there takes the main role: <prefix>_<number> must not lead nowhere."""
    longest = company.memberships.holders().order_by("accepted_at", "pk").first()
    longest.is_main_holder = True
    save_version(longest, "is_main_holder")


def _forget(user: "User") -> None:
    """An account that was only made for an invitation is not kept (Art. 17 DSGVO)."""
    try:
        if not user.memberships.exists():
            with transaction.atomic():
                user.delete()
    except ProtectedError:
        # Something of theirs has to be kept, such as an order from before.
        return


@transaction.atomic
def leave_all(person: "User", *, by: "User") -> None:
    """End a person's access everywhere, because the account goes. Raises AccessRefused for an only licence holder.

    by: the User who carries it out, the person or somebody of the vendor's.
    """
    lock_person(person.pk)
    for membership in person.memberships.select_related("company").order_by("company"):
        at = membership.company_id
        actor = Actor.staff(by, at) if by.is_staff else Actor.themselves(by, at)
        leave(membership, actor.enter())


@transaction.atomic
def suspend(by: Actor, target: Membership) -> None:
    """Close the door to a person for now; switches and end date stay. Raises AccessRefused."""
    actor, target = by.enter_with(target)
    if reason := actor.why_not_touched(target):
        raise AccessRefused(reason)
    if target.is_holder:
        raise AccessRefused(_("A licence holder cannot be suspended. End the role first."))
    if not target.accepted_at:
        raise AccessRefused(_("This person has not accepted yet. Withdraw the invitation instead."))
    if target.suspended_at:
        return
    target.suspended_at = timezone.now()
    save_version(target, "suspended_at")
    close(target, by=actor.user)
    mails.mail_suspended(target, actor)


@transaction.atomic
def resume(by: Actor, target: Membership) -> None:
    """Let a suspended person in again, with the switches of before. Raises AccessRefused."""
    actor, target = by.enter_with(target)
    if reason := actor.why_not_touched(target) or actor.why_not_let_in_again(target):
        raise AccessRefused(reason)
    if not target.suspended_at:
        return
    target.suspended_at = None
    save_version(target, "suspended_at")
    mails.mail_resumed(target, actor)
