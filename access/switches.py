"""Who may do what at a company: the switches.

Coming in stands in access.inviting, what is agreed beside the switches in access.terms, going out in access.ending,
licence holders in access.holders.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.days import today

from . import mails
from .acting import AccessRefused, Actor, SavedMeanwhile, save_version
from .models import Membership
from .rights import Right
from .store import forget, set_rights


@dataclass(frozen=True)
class Wish:
    """What a page wants for one person: the version and switches it showed, and the Right values to turn on and off."""

    version: int
    was: frozenset[str] = frozenset()
    on: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.on or self.off)

    def applied_to(self, granted: Iterable[str]) -> set[str]:
        return (set(granted) | self.on) - self.off

    def is_stale(self, row: Membership) -> bool:
        """Whether somebody else has turned this person's switches since, to something else than what is wanted."""
        moved = self.version != row.version and self.was != row.granted
        return moved and self.applied_to(row.granted) != row.granted


@dataclass(frozen=True)
class Change:
    """What happened to one person's switches, as sets of Right values."""

    membership: Membership
    added: frozenset[str]
    removed: frozenset[str]


@transaction.atomic
def save_switches(by: Actor, wishes: dict[int, Wish]) -> list[Change]:
    """Set several people's switches, all or none, and mail each of them. Returns the Changes that were made.

    wishes: membership id -> Wish; those that change nothing are passed over.
    Raises SavedMeanwhile for what somebody else changed since, AccessRefused for what the actor may not do.
    """
    actor = by.enter()
    wishes = {pk: wish for pk, wish in wishes.items() if wish}
    rows = actor.locked(wishes)
    for pk, wish in wishes.items():
        if not wish.on | wish.off <= actor.grantable(rows[pk]):
            raise AccessRefused(_("You may not change these permissions of %(name)s.") % {"name": rows[pk].name})
    if stale := [rows[pk] for pk, wish in wishes.items() if wish.is_stale(rows[pk])]:
        raise SavedMeanwhile(stale)
    return [change for pk, wish in wishes.items() if (change := _switch(rows[pk], wish, actor))]


def _switch(row: Membership, wish: Wish, actor: Actor) -> Change | None:
    added, removed = set_rights(row, wish.applied_to(row.granted))
    if not added and not removed:
        return None
    save_version(row)
    answer_requests(row, actor)
    change = Change(row, frozenset(added), frozenset(removed))
    mails.mail_switched(change, actor)
    return change


def switch_on(row: Membership, right: Right, until: dt.date | None) -> None:
    """One more right, until its last day where there is one; the row is locked."""
    set_rights(row, row.granted | {right}, until)
    save_version(row)


def switch_off(row: Membership, right: Right, actor: Actor) -> None:
    """One right less, and the person is told; the row is locked."""
    _switch(row, Wish(row.version, off=frozenset({right})), actor)


def end_rights(row: Membership) -> None:
    """Rights that were given until a day go after it; the row is locked."""
    over = row.rights.filter(ends_on__lt=today())
    ended = set(over.values_list("permission__codename", flat=True))
    over.delete()
    forget(row)
    save_version(row)
    mails.mail_right_over(row, ended)


def answer_requests(row: Membership, actor: Actor) -> None:
    """Open requests for rights that are now held are answered."""
    held = row.requests.filter(answered_at=None, right__in=list(Right) if row.is_holder else row.granted)
    held.update(answered_at=timezone.now(), answered_by=actor.user, is_granted=True)
