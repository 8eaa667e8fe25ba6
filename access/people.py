"""The page "Authorised people": what it shows and what comes back from it."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from .acting import Actor
from .models import Membership
from .rights import ADVISED, Right
from .switches import Wish

STATES = {
    "active": _("active"),
    "invited": _("invited"),
    "expired": _("expired"),
    "suspended": _("suspended"),
    "asked": _("with a request"),
}
LARGEST_ID = 2**63 - 1


@dataclass
class Switch:
    """One switch on the page. was: stored state; is_on: as shown; may: whether who looks may turn it.

    request: id of the open request for it, until: its last day, where there are such.
    """

    right: Right
    membership: object
    was: bool
    is_on: bool
    may: bool
    request: object = None
    until: object = None

    @property
    def name(self):
        return f"right-{self.membership.pk}-{self.right.value}"

    @property
    def anchor(self):
        return f"switch-{self.membership.pk}-{self.right.value}"

    @property
    def is_changed(self):
        return self.was != self.is_on


@dataclass
class Row:
    """A person on the page with their switches."""

    membership: object
    switches: list
    may_remove: bool
    may_resend: bool
    may_renew: bool
    is_self: bool

    @property
    def may_edit(self):
        return any(switch.may for switch in self.switches)

    @property
    def sent(self):
        return sent_by(self.membership, self.switches)


def people_of(company, query="", state="", person=""):
    """The people of a company, some words, a state or one id narrowing them down."""
    people = company.memberships.with_switches()
    if person.isdecimal():
        people = people.filter(pk=int(person[:12]))
    if state in STATES:
        people = people.in_state(state)
    return people.named(query)


def rows_for(by, memberships, wishes=None):
    """Rows for the page as one person may use it. wishes: membership id -> Wish, as switched but not saved."""
    return [_row(by, membership, (wishes or {}).get(membership.pk)) for membership in memberships]


def _row(by, membership, wish):
    membership.company = by.company
    actor = Actor.member(by)
    may, switches = actor.grantable(membership), switches_of(actor, membership, wish)
    is_self = membership.user_id == by.user_id
    may_remove = not is_self and (by.is_holder or not membership.is_holder)
    may_resend = not membership.accepted_at and membership.granted <= may
    return Row(membership, switches, may_remove, may_resend, may_remove and membership.state == "expired", is_self)


def switches_of(actor, membership, wish=None):
    """The switches of a membership read with_switches(), as an Actor may turn them. wish: as switched but not saved."""
    may, until = actor.grantable(membership), membership.limited
    shown = wish.applied_to(membership.granted) if wish else membership.granted
    asked = dict(zip(membership.asked, membership.asked_as, strict=True))
    switches = [Switch(right, membership, right in membership.granted, right in shown, right in may) for right in Right]
    for switch in switches:
        switch.request = asked.get(switch.right) if switch.may else None
        switch.until = until.get(switch.right)
    return switches


def sent_by(membership, switches):
    """What a page sends back of a person: the membership, its version and the switches the page was drawn from."""
    on = ",".join(switch.right.value for switch in switches if switch.was)
    return f"{membership.pk}:{membership.version}:{on}"


def posted(data):
    """What was switched on the page: membership id -> Wish, for each row that was on it.

    A disabled switch is not sent by the browser, so one that is missing is off only where the person may turn it; the
    service decides about those. Raises ValueError for anything the page would never send.
    """
    wishes, names = {}, {name for name in data if name.startswith("right-")}
    for entry in data.getlist("row"):
        pk, version, was = entry.split(":")
        if not 0 < int(pk) <= LARGEST_ID:
            raise ValueError("no id")
        was = frozenset(Right(word) for word in was.split(",") if word)
        now = frozenset(right for right in Right if f"right-{int(pk)}-{right.value}" in names)
        names -= {f"right-{int(pk)}-{right.value}" for right in now}
        wishes[int(pk)] = Wish(int(version), was, on=now - was, off=was - now)
    if names:
        raise ValueError("unknown switch")
    return wishes


def within_reach(by, people, wishes):
    """The wishes without what was missing only because the switch was disabled for who saves."""
    actor = Actor.member(by)
    reach = {person.pk: actor.grantable(person) for person in people}
    return {pk: replace(wish, off=wish.off & reach.get(pk, wish.off)) for pk, wish in wishes.items()}


def advised_against(people, wishes):
    """[(membership, right)] newly switched on that the vendor advises against for third people."""
    return [
        (person, right)
        for person in people
        for right in Right
        if right in ADVISED and right in wishes[person.pk].on and right not in person.granted
    ]


def differences(memberships, wishes):
    """[(membership, differing, changed)] of people whom somebody else changed meanwhile.

    differing: [(right, is stored now)] where the page wants the other thing; changed: the same for what somebody else
    has turned and this page takes over.
    """
    return [(row, *_differing(row.granted, wishes[row.pk])) for row in memberships]


def _differing(stored, wish):
    wants_other = wish.applied_to(stored) ^ stored
    differing = [(right, right in stored) for right in Right if right in wants_other]
    return differing, [(right, right in stored) for right in Right if right in (wish.was ^ stored) - wants_other]


def described(changes):
    """[(name, labels switched on, labels switched off)], read anew: only what is really stored is said."""
    stored = Membership.objects.with_switches().in_bulk([change.membership.pk for change in changes])
    said = []
    for change in changes:
        now = stored[change.membership.pk].granted if change.membership.pk in stored else set()
        on = [str(right.label) for right in Right if right in change.added and right in now]
        off = [str(right.label) for right in Right if right in change.removed and right not in now]
        said.append((change.membership.name, on, off))
    return said
