"""Licence holders: another one, handing the role over, giving it up. The last one stays, whatever happens."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal.lib.constraints import refusing

from . import mails
from .ending import close, delete_membership, name_main_holder
from .rights import Right
from .store import set_rights
from .switches import AccessRefused, Gone, answer_requests, entered, last_holder_sentence, locked, save_version

# What becomes of who hands the role over.
DEPUTY, COLLEAGUE, GONE = "deputy", "colleague", "gone"


def _holder_entered(by, target):
    actor = entered(by)
    if not actor.is_holder:
        raise AccessRefused(_("Only a licence holder can do this."))
    target = locked(actor, [target.pk]).get(target.pk)
    if target is None:
        raise Gone
    return actor, target


def why_no_holder(target):
    """Why somebody cannot become licence holder now, in a sentence, or ""."""
    if target.is_holder:
        return _("This person is a licence holder already.")
    if target.state == "invited":
        return _("This person has not accepted the invitation yet.")
    if target.state != "active":
        return _("This person's access is closed. Let them in again first.")
    return ""


@transaction.atomic
def name_holder(by, target):
    """Make an active person another licence holder. Raises AccessRefused."""
    actor, target = _holder_entered(by, target)
    make_holder(target, actor.user)
    mails.mail_holder_named(target, actor.user)


def make_holder(target, by):
    """The change itself, within a transaction that holds the company. Raises AccessRefused."""
    if reason := why_no_holder(target):
        raise AccessRefused(reason)
    # Everything is open to a holder; whoever stops being one starts from nothing.
    set_rights(target, set())
    target.is_holder, target.ends_on = True, None
    save_version(target, "is_holder", "ends_on")
    answer_requests(target, by)


@transaction.atomic
def end_holder(by, target):
    """Another holder becomes an authorised person without permissions. Raises AccessRefused."""
    actor, target = _holder_entered(by, target)
    if target.pk == actor.pk:
        raise AccessRefused(_("Hand your role over instead."))
    if not target.is_holder:
        raise AccessRefused(_("This person is no licence holder."))
    _end_holder(target, set())
    mails.mail_holder_ended(target, actor.user)


def _end_holder(target, rights):
    was_main = target.is_main_holder
    target.is_holder = target.is_main_holder = False
    with refusing("membership_last_holder", AccessRefused(last_holder_sentence())):
        save_version(target, "is_holder", "is_main_holder")
    if was_main:
        name_main_holder(target.company)
    set_rights(target, rights)


@transaction.atomic
def make_main(by, target):
    """The customer number leads to another licence holder from now on. Raises AccessRefused."""
    actor, target = _holder_entered(by, target)
    if not target.is_holder:
        raise AccessRefused(_("The main licence holder has to be a licence holder."))
    if target.is_main_holder:
        return
    become_main(target)
    mails.mail_holder_named(target, actor.user)


def become_main(target):
    target.company.memberships.exclude(pk=target.pk).filter(is_main_holder=True).update(is_main_holder=False)
    target.is_main_holder = True
    save_version(target, "is_main_holder")


@transaction.atomic
def hand_over(by, target, stay):
    """The actor's role as licence holder goes to an active person of the company.

    stay: DEPUTY keeps every permission but the role, COLLEAGUE keeps none, GONE ends the actor's own access.
    Raises AccessRefused; nothing has changed then.
    """
    actor, target = _holder_entered(by, target)
    if target.pk == actor.pk:
        raise AccessRefused(_("Choose somebody else."))
    was_main = actor.is_main_holder
    if not target.is_holder:
        make_holder(target, actor.user)
    if was_main:
        actor.is_main_holder = False
        become_main(target)
    mails.mail_holder_named(target, actor.user)
    if stay == GONE:
        close(actor, by=actor.user)
        delete_membership(actor, by=actor.user)
    else:
        _end_holder(actor, set(Right) if stay == DEPUTY else set())
