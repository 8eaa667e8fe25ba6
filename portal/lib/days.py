import calendar
import datetime as dt

from django.utils import timezone


def today():
    """The day it is in the portal's time zone (Europe/Berlin), not in UTC."""
    return timezone.localdate()


def in_months(day, months):
    """The same day so many months later, the last of the month where there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
