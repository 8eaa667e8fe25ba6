"""The log of access: who is acting, what no trigger can see, and each line in plain words."""

import json
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.lib.searching import every_word
from portal.lib.tags import money

from .models import AccessEvent
from .rights import Right

Actor, Kind = AccessEvent.Actor, AccessEvent.Kind


def act_as(user=None, kind=Actor.PERSON):
    """From here to the end of the transaction, changes of access are made by this person, the import or the portal."""
    actor = {"kind": str(kind)}
    if user is not None:
        actor |= {"id": user.pk, "name": str(user)[:300]}
    with connection.cursor() as cursor:
        cursor.execute("select set_config('portal.actor', %s, true)", [json.dumps(actor)])


def note(kind, company, membership=None, *, by=None, actor_kind=None, **detail):
    """Write a line about something that changes no membership, such as a request or a review.

    by: the User who did it, or None for the portal itself.
    """
    return AccessEvent.objects.create(
        company=company,
        person_id=membership.user_id if membership else None,
        person_name=membership.name[:300] if membership else "",
        actor_kind=actor_kind or (Actor.PERSON if by else Actor.PORTAL),
        actor_id=by.pk if by else None,
        actor_name=str(by)[:300] if by else "",
        kind=kind,
        detail=detail,
        at=timezone.now(),
    )


def who(event):
    """Who did it, as the company may read it."""
    if event.actor_kind == Actor.STAFF:
        return settings.BRAND["vendor"]
    return event.actor_name or str(event.get_actor_kind_display())


def what(event):
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
        words += ", " + _("until %(day)s") % {"day": date_format(parse_date(until), "d.m.Y")}
    if word := detail.get("word"):
        mark = " – " if event.kind == Kind.DECLINED and "rights" in detail else ": "
        words += mark + _("“%(word)s”") % {"word": word}
    return words


def _value(event, side):
    value = event.detail.get(side)
    if value in (None, ""):
        return {Kind.END_CHANGED: _("without end"), Kind.LIMIT_CHANGED: _("no limit")}.get(event.kind, "–")
    if event.kind == Kind.END_CHANGED:
        return date_format(parse_date(value), "d.m.Y")
    return money(Decimal(str(value))) if event.kind == Kind.LIMIT_CHANGED else value


def events_of(company, *, words="", person=None, since=None, until=None):
    """The lines of a company, newest first; words: of a name, person: a user's id, since and until: days in Berlin."""
    found = company.access_events.filter(every_word(words, "person_name", "actor_name"))
    if person:
        found = found.filter(person=person)
    if since:
        found = found.filter(at__date__gte=since)
    if until:
        found = found.filter(at__date__lte=until)
    return found
