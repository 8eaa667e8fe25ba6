"""The log of access: who is acting, what no trigger can see, and each line in plain words."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.searching import every_word
from portal.lib.tags import money

from .models import AccessEvent, Membership
from .rights import Right

ActorKind = AccessEvent.ActorKind
Kind = AccessEvent.Kind


def act_as(user: Any, kind: ActorKind) -> None:
    """From here to the end of the transaction, changes of access are made by this person, the import or the portal."""
    actor = {"kind": str(kind)}
    if user is not None:
        actor |= {"id": user.pk, "name": str(user)[:300]}
    with connection.cursor() as cursor:
        cursor.execute("select set_config('portal.actor', %s, true)", [json.dumps(actor)])


def note(
    kind: Kind,
    company: Any,
    membership: Membership | None = None,
    *,
    by: Any = None,
    actor_kind: ActorKind | None = None,
    **detail: Any,
) -> AccessEvent:
    """Write a line about something that changes no membership, such as a request or a review.

    by: the User who did it, or None for the portal itself. Actors have their own (Actor.note).
    """
    return AccessEvent.objects.create(
        company=company,
        person_id=membership.user_id if membership else None,
        person_name=membership.name[:300] if membership else "",
        actor_kind=actor_kind or (ActorKind.PERSON if by else ActorKind.PORTAL),
        actor_id=by.pk if by else None,
        actor_name=str(by)[:300] if by else "",
        kind=kind,
        detail=detail,
        at=timezone.now(),
    )


def who(event: AccessEvent) -> str:
    """Who did it, as the company may read it; who looked as one of its people with the name."""
    if event.kind in (Kind.LOOKED, Kind.LOOK_ENDED):
        return f"{event.actor_name} ({settings.BRAND['vendor']})"
    if event.actor_kind == ActorKind.STAFF:
        return settings.BRAND["vendor"]
    return event.actor_name or str(event.get_actor_kind_display())


def what(event: AccessEvent) -> str:
    """What happened, in a few plain words: "switched on: Downloads, until 31.12.2026"."""
    detail = event.detail
    words = str(event.get_kind_display())
    if rights := detail.get("rights"):
        words += ": " + ", ".join(str(right.label) for right in Right if right.value in rights)
    if detail.get("holder") and event.kind in (Kind.ADDED, Kind.REMOVED):
        words += " (" + _("licence holder") + ")"
    if detail.get("month"):
        words += " (" + _("per month") + ")"
    if "from" in detail or "to" in detail:
        words += ": " + _("%(old)s, now %(new)s") % {"old": _value(event, "from"), "new": _value(event, "to")}
    if until := detail.get("until"):
        words += ", " + _("until %(day)s") % {"day": _day(until)}
    if word := detail.get("word"):
        mark = " – " if event.kind == Kind.DECLINED and "rights" in detail else ": "
        words += mark + _("“%(word)s”") % {"word": word}
    return words


def _day(text: str) -> str:
    return date_format(dt.date.fromisoformat(text), "d.m.Y")


EMPTY = {
    Kind.END_CHANGED: gettext_lazy("without end"),
    Kind.COMPANY_ENDED: gettext_lazy("without end"),
    Kind.LIMIT_CHANGED: gettext_lazy("no limit"),
}


def _value(event: AccessEvent, side: str) -> str:
    value, kind = event.detail.get(side), Kind(event.kind)
    if value in (None, ""):
        return str(EMPTY.get(kind, "–"))
    if kind in (Kind.END_CHANGED, Kind.COMPANY_ENDED):
        return _day(value)
    return money(Decimal(str(value))) if kind == Kind.LIMIT_CHANGED else value


def events_of(
    company: Any,
    *,
    words: str = "",
    person: int | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> QuerySet[AccessEvent]:
    """The lines of a company, newest first; words: of a name, person: a user's id, since and until: days in Berlin."""
    found = company.access_events.filter(every_word(words, "person_name", "actor_name"))
    if person:
        found = found.filter(person=person)
    if since:
        found = found.filter(at__date__gte=since)
    if until:
        found = found.filter(at__date__lte=until)
    return found
