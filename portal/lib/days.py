"""Days without a time: the calendar of contracts, from its first day to its last."""

import calendar
import datetime as dt

from django.utils import timezone

# "31.12.9999" is how other systems write "without end"; no day that is meant as one lies so far away.
ENDLESS = dt.date(9000, 1, 1)
ONE_DAY = dt.timedelta(days=1)


def today() -> dt.date:
    """The day it is in the portal's time zone (Europe/Berlin), not in UTC."""
    return timezone.localdate()


def is_endless(day: dt.date | None) -> bool:
    """Whether a last day stands for none: not given, or past the year 9000."""
    return day is None or day >= ENDLESS


def in_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, the last of the month where there is no such day.

    Past either end of the calendar it is the calendar's first or last day.
    """
    year, month = _month(day, months)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return dt.date.min if year < dt.MINYEAR else dt.date.max
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def last_day(first: dt.date, months: int) -> dt.date:
    """The last day of a period of so many months that begins on a day (§ 188 (2) and (3) BGB).

    It is the day before the one with the same number, the last of the month where that month is too short; so a month
    from 31 January ends on 28 February. Past either end of the calendar it is the calendar's first or last day.
    """
    if first.day == 1:
        return day_before(in_months(first, months))
    year, month = _month(first, months)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return in_months(first, months)
    return dt.date(year, month, min(first.day - 1, calendar.monthrange(year, month)[1]))


def day_after(day: dt.date) -> dt.date:
    """The next day; the calendar's last one has itself."""
    return day if day == dt.date.max else day + ONE_DAY


def day_before(day: dt.date) -> dt.date:
    """The day before, or where in_months() ran past the calendar's end, that end."""
    return day if day in (dt.date.min, dt.date.max) else day - ONE_DAY


def _month(day: dt.date, months: int) -> tuple[int, int]:
    years, month = divmod(day.month - 1 + months, 12)
    return day.year + years, month + 1
