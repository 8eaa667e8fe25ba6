"""Who may do what at a company: the switches, and the rules that all other changes of access share.

Everything here happens under a lock on the company, whoever asks. Coming in stands in access.inviting, going out in
access.ending, licence holders in access.holders.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.refusals import Refused

from . import mails
from .door import why_closed
from .log import act_as
from .rights import Right
from .store import set_rights

if TYPE_CHECKING:
    from .models import Membership


class AccessRefused(Refused):
    """A change of access that is not allowed or not possible."""


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
    act_as(actor.user)
    return actor


def entered_with(by, target):
    """The same together with the locked membership it is about: (actor, target). Raises Gone when it is gone."""
    actor = entered(by)
    return actor, locked(actor, [target.pk])[target.pk]


def locked(actor, ids):
    """id -> membership of the actor's company, held until the transaction ends. Raises Gone."""
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


def why_not_touched(by, target):
    """Why one membership may not change another one's access, in a sentence, or ""."""
    if target.user_id == by.user_id:
        return _("You cannot change your own access. Ask for it: %(names)s.") % {"names": names_of(by.company, but=by)}
    if target.is_holder and not by.is_holder:
        return _("Only a licence holder can change a licence holder.")
    return ""


def names_of(company: Any, *, but: "Membership | None" = None) -> str:
    """The company's licence holders in words: who can do what somebody may not. but: not this membership."""
    rows = company.memberships.holders().select_related("user")
    return ", ".join(row.user.get_full_name() for row in rows if but is None or row.pk != but.pk) or "–"


def last_holder_sentence():
    return _("A company needs at least one licence holder. Name another one first.")


@transaction.atomic
def save_switches(by, wishes):
    """Set several people's switches, all or none, and mail each of them. Returns the Changes that were made.

    by: the membership of who saves. wishes: membership id -> Wish; those that change nothing are passed over.
    Raises SavedMeanwhile for what somebody else changed since, AccessRefused for what the person may not do.
    """
    actor = entered(by)
    wishes = {pk: wish for pk, wish in wishes.items() if wish}
    rows = locked(actor, wishes)
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
    save_version(row)
    answer_requests(row, actor.user)
    change = Change(row, frozenset(added), frozenset(removed))
    mails.mail_switched(change, actor)
    return change


def save_version(row, *fields):
    """Store some fields and count the version up, so that pages drawn before are refused."""
    row.version += 1
    row.save(update_fields=["version", *fields])


def answer_requests(row, by):
    """Open requests for rights that are now held are answered."""
    held = row.requests.filter(answered_at=None, right__in=list(Right) if row.is_holder else row.granted)
    held.update(answered_at=timezone.now(), answered_by=by, is_granted=True)
