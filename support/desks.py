"""The vendor's desks as the page shows them, with whether each is open at this moment."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject

from .hours import ZONE, Hours, Otherwise, Times, told_now, told_otherwise, told_week
from .models import Contact, OpeningDay, OpeningTime


def desks(language: str, now: dt.datetime) -> list[dict[str, Any]]:
    """The contacts in a language; with hours by weekday also is_open, now, week and otherwise. One query."""
    times = OpeningTime.objects.filter(contact=OuterRef("pk")).order_by("weekday", "opens")
    # A day of one desk alone comes after that of all, and counts.
    days = OpeningDay.objects.filter(Q(contact=None) | Q(contact=OuterRef("pk")), day__gte=now.astimezone(ZONE).date())
    days = days.order_by(F("contact").asc(nulls_first=True))
    rows: Any = Contact.objects.annotate(
        all_times=_rows(times, "weekday", "opens", "closes"),
        all_days=_rows(days, "day", "opens", "closes", "why_de", "why_en"),
    )
    return [_desk(row, language, now) for row in rows]


def _rows(rows: Any, *names: str) -> ArraySubquery:
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in names})))


def _desk(row: Any, language: str, now: dt.datetime) -> dict[str, Any]:
    desk: dict[str, Any] = row.in_language(language)
    hours = _hours(row, language)
    if not hours.week:
        return desk
    is_open, words = told_now(hours, now)
    told = {"is_open": is_open, "now": words, "week": told_week(hours), "otherwise": told_otherwise(hours, now)}
    return desk | told


def _hours(row: Any, language: str) -> Hours:
    week: dict[int, Times] = defaultdict(tuple)
    for one in row.all_times:
        week[one["weekday"]] += _times(one)
    days = {
        dt.date.fromisoformat(one["day"]): Otherwise(_times(one), one.get(f"why_{language}") or one["why_de"])
        for one in row.all_days
    }
    return Hours(dict(week), days, row.keeps_holidays)


def _times(one: dict[str, Any]) -> Times:
    if not one["opens"]:
        return ()
    return ((dt.time.fromisoformat(one["opens"]), dt.time.fromisoformat(one["closes"])),)
