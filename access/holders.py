"""Licence holders: another one, handing the role over, giving it up. The last one stays, whatever happens."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.constraints import refusing

from . import mails
from .acting import AccessRefused, Actor, save_version
from .ending import last_holder_sentence, leave, name_main_holder
from .models import Membership
from .rights import Right
from .store import set_rights
from .switches import answer_requests

# What becomes of who hands the role over.
DEPUTY, COLLEAGUE, LEAVING = "deputy", "colleague", "gone"


def _entered_by_holder(by: Actor, target: Membership) -> tuple[Actor, Membership]:
    actor, target = by.enter_with(target)
    if not actor.leads:
        raise AccessRefused(_("Only a licence holder can do this."))
    return actor, target


def why_no_holder(target: Membership) -> str:
    """Why somebody cannot become licence holder now, in a sentence, or ""."""
    if target.is_holder:
        return _("This person is a licence holder already.")
    if target.state == "invited":
        return _("This person has not accepted the invitation yet.")
    if target.state != "active":
        return _("This person's access is closed. Let them in again first.")
    return ""


@transaction.atomic
def name_holder(by: Actor, target: Membership) -> None:
    """Make an active person another licence holder. Raises AccessRefused.

    Whom the vendor names has not to accept first, as with those the ERP names.
    """
    actor, target = _entered_by_holder(by, target)
    if actor.is_vendor and not target.accepted_at:
        target.accepted_at = timezone.now()
        save_version(target, "accepted_at")
    make_holder(target, actor)
    mails.mail_holder_named(target, actor)


def make_holder(target: Membership, actor: Actor) -> None:
    """The change itself, within a transaction that holds the company. Raises AccessRefused."""
    if reason := why_no_holder(target):
        raise AccessRefused(reason)
    # Everything is open to a holder; whoever stops being one starts from nothing.
    set_rights(target, set())
    target.is_holder, target.ends_on = True, None
    save_version(target, "is_holder", "ends_on")
    if not target.company.memberships.filter(is_main_holder=True).exists():
        become_main(target)
    answer_requests(target, actor)


@transaction.atomic
def end_holder(by: Actor, target: Membership) -> None:
    """Another holder becomes an authorised person without permissions. Raises AccessRefused."""
    actor, target = _entered_by_holder(by, target)
    if actor.membership == target:
        raise AccessRefused(_("Hand your role over instead."))
    if not target.is_holder:
        raise AccessRefused(_("This person is no licence holder."))
    _end_holder(target, set())
    mails.mail_holder_ended(target, actor)


def _end_holder(target: Membership, rights: set[Right]) -> None:
    was_main = target.is_main_holder
    target.is_holder = target.is_main_holder = False
    with refusing("membership_last_holder", AccessRefused(last_holder_sentence())):
        save_version(target, "is_holder", "is_main_holder")
    if was_main:
        name_main_holder(target.company)
    set_rights(target, rights)


@transaction.atomic
def make_main(by: Actor, target: Membership) -> None:
    """The customer number leads to another licence holder from now on. Raises AccessRefused."""
    actor, target = _entered_by_holder(by, target)
    if not target.is_holder:
        raise AccessRefused(_("The main licence holder has to be a licence holder."))
    if target.is_main_holder:
        return
    become_main(target)
    mails.mail_holder_named(target, actor)


def become_main(target: Membership) -> None:
    """There is one; whoever had the role before stays a licence holder."""
    for before in target.company.memberships.exclude(pk=target.pk).filter(is_main_holder=True):
        before.is_main_holder = False
        save_version(before, "is_main_holder")
    target.is_main_holder = True
    save_version(target, "is_main_holder")


@transaction.atomic
def hand_over(by: Actor, target: Membership, stay: str) -> None:
    """The actor's role as licence holder goes to an active person of the company.

    stay: DEPUTY keeps every permission but the role, COLLEAGUE keeps none, LEAVING ends the actor's own access.
    Raises AccessRefused; nothing has changed then.
    """
    actor, target = _entered_by_holder(by, target)
    own = actor.membership
    if own is None or target == own:
        raise AccessRefused(_("Choose somebody else."))
    was_main = own.is_main_holder
    if not target.is_holder:
        make_holder(target, actor)
    if was_main:
        become_main(target)
        own.refresh_from_db()
        own.company = actor.company
    mails.mail_holder_named(target, actor)
    if stay == LEAVING:
        leave(own, actor)
    else:
        _end_holder(own, set(Right) if stay == DEPUTY else set())
