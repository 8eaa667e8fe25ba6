"""Whether a desk is open: its hours by weekday, the holidays of its state, and days on which it is otherwise."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

ZONE = ZoneInfo("Europe/Berlin")
# So far somebody is told when it opens again.
HORIZON = 60
# So many days ahead days that are otherwise are named.
AHEAD = 14
Times = tuple[tuple[dt.time, dt.time], ...]


@dataclass(frozen=True)
class Otherwise:
    """A day with hours of its own; none: closed. why: in the reader's language, or ""."""

    times: Times = ()
    why: str = ""


@dataclass(frozen=True)
class Hours:
    """week: weekday (0 is Monday) -> times; days: those that are otherwise, before any holiday."""

    week: Mapping[int, Times]
    days: Mapping[dt.date, Otherwise] = field(default_factory=dict)
    keeps_holidays: bool = True

    def on(self, day: dt.date) -> Otherwise:
        """What holds on a day."""
        if day in self.days:
            return self.days[day]
        if self.keeps_holidays and (name := holidays_of(day.year, _language()).get(day)):
            return Otherwise((), name)
        return Otherwise(self.week.get(day.weekday(), ()))

    def spans(self, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
        """The times of a day as moments, in order. A clock that is put forward or back changes no hour that is told."""
        return sorted((_moment(day, opens), _moment(day, closes)) for opens, closes in self.on(day).times)

    def open_until(self, now: dt.datetime) -> dt.datetime | None:
        """When it closes, if it is open; hours without a gap between them are one."""
        until = None
        for opens, closes in self.spans(now.astimezone(ZONE).date()):
            if opens <= (until or now) and now < closes and (until is None or closes > until):
                until = closes
        return until

    def opens_next(self, now: dt.datetime) -> dt.datetime | None:
        """When it opens after a moment at which it is closed; None if not within HORIZON days."""
        first = now.astimezone(ZONE).date()
        for later in range(HORIZON):
            for opens, closes in self.spans(first + dt.timedelta(days=later)):
                if opens > now and closes > opens:
                    return opens
        return None


def _moment(day: dt.date, at: dt.time) -> dt.datetime:
    """As UTC, because moments of one zone are compared by their clocks alone."""
    return dt.datetime.combine(day, at, tzinfo=ZONE).astimezone(dt.UTC)


def _language() -> str:
    return (get_language() or "de")[:2]


@lru_cache(maxsize=32)
def holidays_of(year: int, language: str) -> dict[dt.date, str]:
    """Day -> name of the holidays of settings.HOLIDAYS (country, state), Assumption Day in Bavaria included."""
    # Few processes ever show the hours; the library takes a moment to load.
    import holidays

    country, state = settings.HOLIDAYS
    known = holidays.country_holidays(
        country, subdiv=state, years=year, language={"en": "en_US"}.get(language, language),
        categories=_categories(holidays, country, state),
    )  # fmt: skip
    return {day: name for day, name in known.items() if day.year == year}


def _categories(holidays: Any, country: str, state: str) -> tuple[str, ...]:
    """The 15th of August is one where most are Catholic, as almost everywhere in Bavaria."""
    return ("public", "catholic") if (country, state) == ("DE", "BY") else ("public",)


# --- told ---


def told_now(hours: Hours, now: dt.datetime) -> tuple[bool, str]:
    """(whether it is open, "open now, until 17:00" or "opens Monday at 8:00"); "" where nobody knows when."""
    if until := hours.open_until(now):
        return True, _("open now, until %(clock)s") % {"clock": clock(until)}
    opens = hours.opens_next(now)
    if opens is None:
        return False, ""
    return False, _opens(opens.astimezone(ZONE), now.astimezone(ZONE).date())


def _opens(opens: dt.datetime, today: dt.date) -> str:
    days = (opens.date() - today).days
    words = {"clock": clock(opens), "day": date_format(opens.date(), "l"), "date": date_format(opens.date(), "j. F")}
    if days == 0:
        return _("opens today at %(clock)s") % words
    if days == 1:
        return _("opens tomorrow at %(clock)s") % words
    if days < 7:
        return _("opens %(day)s at %(clock)s") % words
    return _("opens on %(day)s, %(date)s, at %(clock)s") % words


def clock(at: dt.datetime | dt.time) -> str:
    """ "8 Uhr", "8:30 Uhr"; "8:00", "8:30" in English."""
    local = at.astimezone(ZONE) if isinstance(at, dt.datetime) else at
    if _language() == "de":
        return f"{local.hour}:{local.minute:02} Uhr" if local.minute else f"{local.hour} Uhr"
    return f"{local.hour}:{local.minute:02}"


def told_week(hours: Hours) -> list[tuple[str, str]]:
    """(days, times) of the week, days alike one after another as one: ("Montag bis Freitag", "8 Uhr bis 17 Uhr")."""
    rows: list[tuple[list[int], Times]] = []
    for weekday in range(7):
        times = tuple(sorted(hours.week.get(weekday, ())))
        if rows and rows[-1][1] == times and rows[-1][0][-1] == weekday - 1:
            rows[-1][0].append(weekday)
        elif times:
            rows.append(([weekday], times))
    return [(_days(days), told_times(times)) for days, times in rows]


def _days(days: list[int]) -> str:
    # The first of January 2024 was a Monday.
    first, last = (date_format(dt.date(2024, 1, 1 + day), "l") for day in (days[0], days[-1]))
    if len(days) == 1:
        return first
    return pgettext("weekdays", "%(first)s to %(last)s") % {"first": first, "last": last}


def told_times(times: Iterable[tuple[dt.time, dt.time]]) -> str:
    """ "8 Uhr bis 12 Uhr, 13 Uhr bis 17 Uhr"; "closed" for none."""
    parts = [_("%(opens)s to %(closes)s") % {"opens": clock(o), "closes": clock(c)} for o, c in times]
    return ", ".join(parts) or _("closed")


def told_otherwise(hours: Hours, now: dt.datetime) -> list[tuple[str, str, str]]:
    """(day, times, why) of the coming days on which it is not as in other weeks."""
    first, rows = now.astimezone(ZONE).date(), []
    for later in range(AHEAD):
        day = first + dt.timedelta(days=later)
        that = hours.on(day)
        if tuple(sorted(that.times)) != tuple(sorted(hours.week.get(day.weekday(), ()))):
            rows.append((date_format(day, "D, j. F"), told_times(sorted(that.times)), that.why))
    return rows
