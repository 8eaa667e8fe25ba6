"""The dates as iCalendar (RFC 5545), as Outlook, Google and Apple subscribe to it."""

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company
from portal.lib.days import day_after

from .entries import Entry

BERLIN = ZoneInfo("Europe/Berlin")
AGAIN = dt.timedelta(hours=12)


def feed_of(company: Company, entries: Iterable[Entry]) -> bytes:
    """Days are whole days with an exclusive end, times stand in Berlin; nothing but what the page says."""
    # Web processes show pages; only who subscribed needs it.
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.BRAND['vendor']}//{settings.BRAND['portal']}//DE")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add(
        "x-wr-calname", _("%(portal)s: %(company)s") % {"portal": settings.BRAND["name"], "company": company.name}
    )
    calendar.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    for entry in entries:
        calendar.add_component(_event(company, entry))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event(company: Company, entry: Entry):
    from icalendar import Event

    event = Event()
    event.add("uid", f"{entry.key}.{company.pk}@{urlsplit(settings.PORTAL_URL).hostname}")
    event.add("dtstamp", timezone.now().astimezone(dt.UTC))
    event.add("summary", entry.title)
    if entry.day:
        event.add("dtstart", entry.day)
        event.add("dtend", day_after(entry.day))
        event.add("transp", "TRANSPARENT")
    else:
        event.add("dtstart", entry.starts_at.astimezone(BERLIN))
        event.add("dtend", entry.ends_at.astimezone(BERLIN))
    if entry.detail:
        event.add("description", entry.detail)
    event.add("url", settings.PORTAL_URL + entry.path)
    event.add_component(_alarm(entry))
    return event


def _alarm(entry: Entry):
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", dt.timedelta(days=-entry.warns))
    return alarm
