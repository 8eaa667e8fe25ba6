"""The page "Authorised people": what it shows and what comes back from it."""

from dataclasses import dataclass

from django.db.models import OuterRef, Prefetch, Q, Subquery

from .models import Invitation, MembershipRight
from .rights import Right
from .services import SENSITIVE, grantable


@dataclass
class Switch:
    """One switch on the page. was: stored state; is_on: as shown; may: whether who looks may turn it."""

    right: Right
    membership: object
    was: bool
    is_on: bool
    may: bool
    is_asked: bool

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

    @property
    def may_edit(self):
        return any(switch.may for switch in self.switches)


def people_of(company, query=""):
    """The people of a company with switches and the end of their open invitation. Three queries with the requests."""
    newest = Invitation.objects.filter(membership=OuterRef("pk"), used_at=None).order_by("-sent_at")
    people = company.memberships.with_people().annotate(invited_until=Subquery(newest.values("expires_at")[:1]))
    for word in query.split():
        people = people.filter(
            Q(user__first_name__icontains=word) | Q(user__last_name__icontains=word) | Q(user__email__icontains=word)
        )
    rights = MembershipRight.objects.select_related("permission")
    return people.prefetch_related(Prefetch("rights", rights), Prefetch("requests", to_attr="all_requests"))


def rows_for(by, memberships, wanted=None):
    """Rows for the page as one person may use it. wanted: membership id -> (version, rights) as typed but not saved."""
    return [_row(by, membership, wanted or {}) for membership in memberships]


def _row(by, membership, wanted):
    may = grantable(by, membership)
    shown = wanted.get(membership.pk, (None, membership.granted))[1]
    asked = {request.right for request in membership.all_requests if request.answered_at is None}
    switches = [
        Switch(right, membership, right in membership.granted, right in shown, right in may, right in asked)
        for right in Right
    ]
    is_self = membership.user_id == by.user_id
    return Row(membership, switches, may_remove=not is_self and (by.is_holder or not membership.is_holder))


def posted(data):
    """What the page sends: membership id -> (version, set of rights), for each row that was on it.

    Raises ValueError for anything the page would never send.
    """
    wanted = {}
    for entry in data.getlist("row"):
        pk, version = entry.split(":")
        rights = {right for right in Right if data.get(f"right-{int(pk)}-{right.value}")}
        wanted[int(pk)] = (int(version), rights)
    names = {name for name in data if name.startswith("right-")}
    if not names <= {f"right-{pk}-{right.value}" for pk in wanted for right in Right}:
        raise ValueError("unknown switch")
    return wanted


def keep_untouchable(by, memberships, wanted):
    """A disabled switch is not sent by the browser; what the person may not turn stays as it is."""
    kept = {}
    for membership in memberships:
        if membership.pk in wanted:
            version, rights = wanted[membership.pk]
            may = grantable(by, membership)
            kept[membership.pk] = (version, (rights & may) | (set(membership.granted) - may))
    return kept


def sensitive_grants(memberships, wanted):
    """[(membership, right)] newly switched on that the vendor advises against for third people."""
    return [
        (membership, right)
        for membership in memberships
        if membership.pk in wanted
        for right in Right
        if right in SENSITIVE & (wanted[membership.pk][1] - set(membership.granted))
    ]
