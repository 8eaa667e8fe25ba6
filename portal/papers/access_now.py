"""Who may do what at a company as data, and what became different since another time."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.models import AccessEvent, Membership
from access.people import STATES
from access.rights import Right
from accounts.models import Company, User
from portal.asof.reading import is_erased
from portal.lib.tags import money

# What JSON keeps of one person's access; no name stands in it.
Stand = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """A person whose access is not what it was, and how, in sentences of the reader's language."""

    name: str
    changes: list[str]


def members_of(company: Company) -> list[Membership]:
    """Everybody who is let in, was, or is invited, with their switches; in two queries."""
    return list(company.memberships.with_switches())


def standing_of(members: Iterable[Membership]) -> dict[str, Stand]:
    """Id of a person, as JSON has it -> how their access stands now."""
    return {str(member.user_id): _stand(member) for member in members}


def _stand(member: Membership) -> Stand:
    limited = member.limited
    return {
        "state": member.state,
        "is_holder": member.is_holder,
        "is_main": member.is_main_holder,
        "until": _iso(member.ends_on),
        "rights": {right: _iso(limited.get(right)) for right in sorted(member.granted)},
        "limits": [_plain(member.order_limit), _plain(member.order_limit_month)],
    }


def facts_of(stand: Stand) -> dict[str, str]:
    """What a standing says, in words: label -> text; what is not there is not said."""
    facts = {_("Role"): _role(stand), _("State"): str(STATES[stand["state"]])}
    if stand["until"]:
        facts[_("Access until")] = _day(stand["until"])
    for right in Right:
        if right in stand["rights"] and not stand["is_holder"]:
            until = stand["rights"][right]
            facts[str(right.label)] = _("until %(day)s") % {"day": _day(until)} if until else _("yes")
    labels = (_("Order limit, net"), _("Order limit per month, net"))
    facts |= {label: money(Decimal(limit)) for label, limit in zip(labels, stand["limits"], strict=True) if limit}
    return facts


def differences(company: Company, before: Mapping[str, Stand], members: Iterable[Membership]) -> list[Difference]:
    """What became of each access since a standing of before, by name. One query where somebody is gone."""
    members = list(members)
    now, names = standing_of(members), {str(member.user_id): member.name for member in members}
    gone = sorted(before.keys() - now.keys())
    names |= _names_of_gone(company, gone)
    found = [Difference(names[key], _changes(before.get(key), stand)) for key, stand in now.items()]
    found += [Difference(names[key], [_("Has no access any more.")]) for key in gone]
    return [one for one in found if one.changes]


def _changes(before: Stand | None, now: Stand) -> list[str]:
    told = facts_of(now)
    if before is None:
        return [_("New."), *(f"{label}: {text}" for label, text in told.items())]
    known, nothing = facts_of(before), "–"
    labels = [*told, *(label for label in known if label not in told)]
    word = _("%(what)s: %(now)s (before: %(before)s)")
    return [
        word % {"what": label, "now": told.get(label, nothing), "before": known.get(label, nothing)}
        for label in labels
        if told.get(label) != known.get(label)
    ]


def _names_of_gone(company: Company, keys: list[str]) -> dict[str, str]:
    """As the company's own log called them: an account behind a withdrawn invitation shows nothing of itself."""
    if not keys:
        return {}
    lines = AccessEvent.objects.filter(company=company, person=OuterRef("pk")).order_by("-pk")
    users = User.objects.filter(pk__in=keys).annotate(called=Subquery(lines.values("person_name")[:1]))
    names = {str(user.pk): user.called for user in users if not is_erased(user)}
    return {key: names.get(key) or _("a person deleted since") for key in keys}


def _role(stand: Stand) -> str:
    if stand["is_main"]:
        return _("main licence holder")
    return _("licence holder") if stand["is_holder"] else _("authorised person")


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str) -> str:
    return date_format(dt.date.fromisoformat(text), "d.m.Y")


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
