"""Who may do what at a company, changed. Every rule stands here, under a lock on the company, whoever asks."""

from dataclasses import dataclass

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from . import mails
from .door import why_closed
from .models import Invitation, Membership
from .rights import Right
from .signals import membership_ended
from .store import set_rights


class AccessRefused(Exception):
    """Not allowed or not possible; the text is for people. field: the form's field it is about, if any."""

    def __init__(self, reason, field=None):
        super().__init__(reason)
        self.field = field


class SavedMeanwhile(AccessRefused):
    """Somebody else changed these people since the page was shown. memberships: as they are now."""

    def __init__(self, memberships):
        super().__init__(_("Somebody else has changed something here meanwhile. Nothing was saved; please compare."))
        self.memberships = memberships


class Gone(AccessRefused):
    """One of the people is not, or no longer, at this company."""

    def __init__(self):
        super().__init__(_("One of these people no longer has access here. Nothing was saved."))


@dataclass(frozen=True)
class Wish:
    """What a page wants for one person: the version and switches it showed, and the Right values to turn on and off."""

    version: int
    was: frozenset = frozenset()
    on: frozenset = frozenset()
    off: frozenset = frozenset()

    def __bool__(self):
        return bool(self.on or self.off)

    def applied_to(self, granted):
        return (set(granted) | self.on) - self.off


@dataclass(frozen=True)
class Change:
    """What happened to one person's switches, as sets of Right values."""

    membership: object
    added: frozenset
    removed: frozenset


def lock_company(pk):
    """The company's row, held until the transaction ends: changes of access there come one after another."""
    return apps.get_model("accounts.Company").objects.select_for_update().get(pk=pk)


def entered(by):
    """Lock the company of a membership that wants to manage access; returns that membership as it is now.

    Raises AccessRefused when it may not, or not any more: who was removed a moment ago decides nothing.
    """
    company = lock_company(by.company_id)
    actor = company.memberships.select_related("user").filter(pk=by.pk).first()
    if actor is not None:
        actor.company = company
    if actor is None or why_closed(actor) or not actor.may(Right.ACCESS):
        raise AccessRefused(_("You may no longer manage access at this company."))
    return actor


def _locked(actor, ids):
    rows = actor.company.memberships.select_related("user").select_for_update(of=("self",))
    found = {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}
    if set(ids) - set(found):
        raise Gone
    for row in found.values():
        row.company = actor.company
    return found


def grantable(by, target):
    """The rights that one membership may switch for another, on or off."""
    if target.is_holder or target.user_id == by.user_id or not by.may(Right.ACCESS):
        return set()
    # A deputy grants only what they hold, and makes no deputies.
    return set(Right) if by.is_holder else {right for right in Right if by.may(right)} - {Right.ACCESS}


@transaction.atomic
def save_switches(by, wishes):
    """Set several people's switches, all or none, and mail each of them. Returns the Changes that were made.

    by: the membership of who saves. wishes: membership id -> Wish; those that change nothing are passed over.
    Raises SavedMeanwhile for what somebody else changed since, AccessRefused for what the person may not do.
    """
    actor = entered(by)
    wishes = {pk: wish for pk, wish in wishes.items() if wish}
    rows = _locked(actor, wishes)
    for pk, wish in wishes.items():
        if not wish.on | wish.off <= grantable(actor, rows[pk]):
            raise AccessRefused(_("You may not change these permissions of %(name)s.") % {"name": rows[pk].name})
    if stale := [rows[pk] for pk, wish in wishes.items() if wish.version != rows[pk].version]:
        raise SavedMeanwhile(stale)
    return [change for pk, wish in wishes.items() if (change := _switch(rows[pk], wish, actor))]


def _switch(row, wish, actor):
    added, removed = set_rights(row, wish.applied_to(row.granted))
    if not added and not removed:
        return None
    row.version += 1
    row.save(update_fields=["version"])
    answer_requests(row, actor.user)
    change = Change(row, frozenset(added), frozenset(removed))
    mails.mail_switched(change, actor)
    return change


def answer_requests(row, by):
    """Open requests for rights that are now held are answered."""
    held = row.requests.filter(answered_at=None, right__in=row.granted)
    held.update(answered_at=timezone.now(), answered_by=by, is_granted=True)


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
    """Take a person out at once; orders, documents and history keep the name. Raises AccessRefused.

    Invitations they sent that nobody has accepted yet die with their access.
    """
    actor = entered(by)
    target = _locked(actor, [target.pk])[target.pk]
    if reason := why_not_removed(actor, target):
        raise AccessRefused(reason)
    sent = Invitation.objects.filter(membership__company=actor.company, invited_by=target.user_id, used_at=None)
    sent.filter(expires_at__gt=timezone.now()).update(expires_at=timezone.now())
    mails.mail_removed(target, actor)
    membership_ended.send(sender=Membership, membership=target, by=actor.user)
    delete_membership(target)


def delete_membership(membership):
    """Delete a membership with its switches and invitations; a person nobody ever let in goes with it.

    Raises AccessRefused where it would leave the company without a licence holder.
    """
    user, was_invited = membership.user, not membership.accepted_at
    try:
        with transaction.atomic():
            company, was_main = membership.company, membership.is_main_holder
            membership.delete()
            if was_main:
                _name_main_holder(company)
    except IntegrityError as error:
        raise AccessRefused(last_holder_sentence()) from error
    if was_invited and not user.is_staff and not user.has_usable_password() and not user.last_login:
        _forget(user)


def _name_main_holder(company):
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


def last_holder_sentence():
    return _("A company needs at least one licence holder. Name another one first.")


def ask_for(membership, right):
    """Ask those who may grant it for a right. Returns (request, is_new); asking again changes and mails nothing."""
    with transaction.atomic():
        request, is_new = membership.requests.get_or_create(right=right, answered_at=None)
        if is_new:
            mails.mail_request(request)
    return request, is_new
