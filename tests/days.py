"""Days of a table of cases, counted when a case runs: tests are collected before midnight and may run after it."""

import datetime as dt

import factory

from portal.lib.days import today


def in_days(count):
    """The day so many days from today, or before it, for a field of a factory."""
    return factory.LazyFunction(lambda: today() + dt.timedelta(days=count))
