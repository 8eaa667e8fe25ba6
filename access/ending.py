"""How access ends, pauses and goes on: removed, suspended, let in again, until a day, renewed."""

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.constraints import refusing
from portal.lib.days import in_months, today

from . import mails
from .log import Actor, act_as
from .models import Invitation, Membership, ReviewedPerson
from .signals import membership_ended
from .switches import (
    AccessRefused,
    SavedMeanwhile,
    entered_with,
    last_holder_sentence,
    lock_company,
    names_of,
    save_version,
    why_not_touched,
)


def why_not_removed(by, target):
    """Why one membership may not remove another, in a sentence, or ""."""
    if target.is_holder and not target.company.memberships.holders().exclude(pk=target.pk).exists():
        return last_holder_sentence()
    if target.user_id == by.user_id:
        return _("You cannot remove yourself. Ask another licence holder.")
    if target.is_holder and not by.is_holder:
        return _("Only a licence holder can remove a licence holder.")
    return ""


@transaction.atomic
def remove(by, target):
    """Take a person out at once; orders, documents and history keep the name. Raises AccessRefused."""
    actor, target = entered_with(by, target)
    if reason := why_not_removed(actor, target):
        raise AccessRefused(reason)
    mails.mail_removed(target, actor)
    close(target, by=actor.user)
    delete_membership(target, by=actor.user)


def close(membership, *, by):
    """What ends with somebody's access, for good or for a while: invitations they sent, passes they gave."""
    now = timezone.now()
    sent = Invitation.objects.filter(membership__company=membership.company_id, invited_by=membership.user_id)
    sent.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    membership_ended.send(sender=Membership, membership=membership, by=by)


def delete_membership(membership, *, by=None):
    """Delete a membership with its switches and invitations; a person nobody ever let in goes with it.

    Raises AccessRefused where it would leave the company without a licence holder.
    """
    user, was_invited = membership.user, not membership.accepted_at
    with refusing("membership_last_holder", AccessRefused(last_holder_sentence())):
        company, was_main = membership.company, membership.is_main_holder
        _decide_reviews(membership, by)
        membership.delete()
        if was_main:
            name_main_holder(company)
    if was_invited and not user.is_staff and not user.has_usable_password() and not user.last_login:
        _forget(user)


def _decide_reviews(membership, by):
    """An open review takes the end of somebody's access as its answer."""
    asked = ReviewedPerson.objects.filter(membership=membership, review__closed_at=None, verdict="")
    asked.update(
        verdict=ReviewedPerson.Verdict.ENDED,
        decided_at=timezone.now(),
        decided_by_name=str(by or "")[:300],
        rights=sorted(membership.granted),
        last_login=membership.user.last_login,
    )


def name_main_holder(company):
    """The holder who is longest there takes the main role: <prefix>_<number> must not lead nowhere."""
    longest = company.memberships.holders().order_by("accepted_at", "pk").first()
    company.memberships.filter(pk=longest.pk).update(is_main_holder=True)


def _forget(user):
    """An account that was only made for an invitation is not kept (Art. 17 DSGVO)."""
    try:
        if not user.memberships.exists():
            with transaction.atomic():
                user.delete()
    except ProtectedError:
        # Something of theirs has to be kept, such as an order from before.
        return


@transaction.atomic
def leave_all(person, *, by):
    """End a person's access everywhere, because the account goes. Raises AccessRefused for an only licence holder.

    by: who carries it out, the person or somebody of the vendor's.
    """
    for membership in person.memberships.select_related("company"):
        lock_company(membership.company_id)
        act_as(by, Actor.STAFF if by.is_staff else Actor.PERSON)
        close(membership, by=by)
        delete_membership(membership, by=by)


@transaction.atomic
def suspend(by, target):
    """Close the door to a person for now; switches and end date stay. Raises AccessRefused."""
    actor, target = entered_with(by, target)
    if reason := why_not_touched(actor, target):
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
def resume(by, target):
    """Let a suspended person in again, with the switches of before. Raises AccessRefused."""
    actor, target = entered_with(by, target)
    if reason := why_not_touched(actor, target) or _more_than_own(actor, target):
        raise AccessRefused(reason)
    if not target.suspended_at:
        return
    target.suspended_at = None
    save_version(target, "suspended_at")
    mails.mail_resumed(target, actor)


def _more_than_own(actor, target):
    """A deputy lets nobody in again to more than they hold themselves: that would be granting it."""
    if actor.is_holder or all(actor.may(right) for right in target.granted):
        return ""
    names = names_of(actor.company)
    return _("This person has permissions that you do not have. That can be changed by: %(names)s.") % {"names": names}


@transaction.atomic
def set_terms(by, target, *, version, **terms):
    """Change function, ends_on and order_limit of a person; returns whether anything changed.

    Raises SavedMeanwhile when the page was older than what is stored, AccessRefused with the field it is about.
    """
    actor, target = entered_with(by, target)
    changed = [name for name, value in terms.items() if getattr(target, name) != value]
    if not changed:
        return False
    if reason := why_not_touched(actor, target):
        raise AccessRefused(reason)
    if target.version != version:
        raise SavedMeanwhile([target])
    _check_terms(actor, target, terms, changed)
    for name in changed:
        setattr(target, name, terms[name])
    save_version(target, *changed)
    if set(changed) - {"function"}:
        mails.mail_terms(target, actor)
    return True


def _check_terms(actor, target, terms, changed):
    if target.is_holder and terms.get("ends_on"):
        raise AccessRefused(_("A licence holder has no end date."), field="ends_on")
    if "ends_on" in changed and target.state == "expired" and (reason := _more_than_own(actor, target)):
        raise AccessRefused(reason, field="ends_on")
    check_limits(actor, {name: terms[name] for name in changed})


def check_limits(actor, terms):
    """Nobody gives more than they have: a deputy's own order limits bind what they set. Raises AccessRefused."""
    for name in ("order_limit", "order_limit_month"):
        own = None if actor.is_holder else getattr(actor, name, None)
        if own is not None and name in terms and (terms[name] is None or terms[name] > own):
            raise AccessRefused(_("You can only give a limit up to your own."), field=name)


@transaction.atomic
def renew(by, target):
    """Access goes on for the usual months (settings.ACCESS) from today, or from its end date. Returns the new date."""
    actor, target = entered_with(by, target)
    if reason := why_not_touched(actor, target) or _more_than_own(actor, target):
        raise AccessRefused(reason)
    if not target.ends_on:
        raise AccessRefused(_("This access has no end date."))
    # Two presses of the button renew once.
    end = in_months(today(), settings.ACCESS["renewal_months"])
    if target.ends_on >= end:
        return target.ends_on
    target.ends_on = end
    save_version(target, "ends_on")
    mails.mail_terms(target, actor)
    return target.ends_on
