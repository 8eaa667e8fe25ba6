"""The vendor's desks as the page shows them, with whether each is open at this moment."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db.models import Prefetch

from .hours import ZONE, Hours, Otherwise, told_now, told_otherwise, told_week
from .models import Contact, OpeningDay, OpeningTime


def desks(language: str, now: dt.datetime) -> list[dict[str, Any]]:
    """The contacts in a language; with hours by weekday also is_open, now, week and otherwise. Three queries."""
    times = Prefetch("times", OpeningTime.objects.order_by("weekday", "opens"))
    days = defaultdict(list)
    for row in OpeningDay.objects.filter(day__gte=now.astimezone(ZONE).date()).order_by("day", "opens"):
        days[row.contact_id].append(row)
    return [_desk(row, days, language, now) for row in Contact.objects.prefetch_related(times)]


def _desk(row: Contact, days: dict[int | None, list[OpeningDay]], language: str, now: dt.datetime) -> dict[str, Any]:
    desk: dict[str, Any] = row.in_language(language)
    hours = hours_of(row, [*days[None], *days[row.pk]], language)
    if not hours.week:
        return desk
    is_open, words = told_now(hours, now)
    return desk | {
        "is_open": is_open, "now": words, "week": told_week(hours), "otherwise": told_otherwise(hours, now)
    }  # fmt: skip


def hours_of(contact: Contact, days: list[OpeningDay], language: str) -> Hours:
    """days: rows for all desks first, then those for this one alone, which count more."""
    week: dict[int, Any] = defaultdict(tuple)
    for row in contact.times.all():
        week[row.weekday] += ((row.opens, row.closes),)
    found = {row.day: Otherwise(row.times, row.in_language(language)["why"]) for row in days}
    return Hours(dict(week), found, contact.keeps_holidays)
