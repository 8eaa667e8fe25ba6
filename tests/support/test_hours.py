"""Open or not: weekdays, holidays, days that are otherwise, and the clock put forward and back; fixed moments only."""

import datetime as dt

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from support.hours import ZONE, Hours, Otherwise, holidays_of, told_now, told_otherwise, told_week

EIGHT, NOON, ONE, FIVE = dt.time(8), dt.time(12), dt.time(13), dt.time(17)
DAY = ((EIGHT, FIVE),)
WEEK = dict.fromkeys(range(5), DAY)


def at(text):
    """A moment by Berlin's clock."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    "moment, words",
    [
        ("2026-12-01 08:00", "jetzt geöffnet, bis 17 Uhr"),
        ("2026-12-01 16:59:59", "jetzt geöffnet, bis 17 Uhr"),
        ("2026-12-01 07:59:59", "öffnet heute um 8 Uhr"),
        ("2026-12-01 17:00", "öffnet morgen um 8 Uhr"),
        ("2026-12-04 17:00", "öffnet Montag um 8 Uhr"),
        ("2026-12-06 23:59", "öffnet morgen um 8 Uhr"),
        # Heilige Drei Könige is one in Bavaria, Mariä Himmelfahrt a Saturday, Fronleichnam a Thursday.
        ("2027-01-06 10:00", "öffnet morgen um 8 Uhr"),
        ("2026-06-04 10:00", "öffnet morgen um 8 Uhr"),
        ("2025-08-15 10:00", "öffnet Montag um 8 Uhr"),
        ("2026-04-03 10:00", "öffnet Dienstag um 8 Uhr"),
        # Reformation Day is none in Bavaria.
        ("2025-10-31 10:00", "jetzt geöffnet, bis 17 Uhr"),
    ],
)
def test_what_the_page_says(moment, words):
    with override("de"):
        assert told_now(Hours(WEEK), at(moment))[1] == words


def test_in_english():
    with override("en"):
        assert told_now(Hours(WEEK), at("2026-12-04 17:00")) == (False, "opens Monday at 8:00")
        assert told_now(Hours(WEEK), at("2026-12-01 09:00")) == (True, "open now, until 17:00")
        assert told_week(Hours(WEEK)) == [("Monday to Friday", "8:00 to 17:00")]
        assert holidays_of(2026, "en")[dt.date(2026, 12, 25)] == "Christmas Day"


def test_a_day_that_is_otherwise_goes_before_weekday_and_holiday():
    closed, short = dt.date(2026, 12, 24), dt.date(2026, 12, 31)
    days = {closed: Otherwise((), "Heiligabend"), short: Otherwise(((EIGHT, NOON),))}
    days[dt.date(2027, 1, 6)] = Otherwise(DAY)
    hours = Hours(WEEK, days)
    with override("de"):
        assert told_now(hours, at("2026-12-24 10:00"))[1] == "öffnet Montag um 8 Uhr"
        assert told_now(hours, at("2026-12-31 12:00"))[1] == "öffnet Montag um 8 Uhr"
        assert told_now(hours, at("2027-01-06 10:00"))[0]
        told = told_otherwise(hours, at("2026-12-20 10:00"))
    assert [(day[:2], times, why) for day, times, why in told] == [
        ("Do", "geschlossen", "Heiligabend"),
        ("Fr", "geschlossen", "Erster Weihnachtstag"),
        ("Do", "8 Uhr bis 12 Uhr", ""),
        ("Fr", "geschlossen", "Neujahr"),
    ]


def test_a_break_at_noon_and_hours_that_touch():
    hours = Hours({0: ((EIGHT, NOON), (ONE, FIVE))})
    with override("de"):
        assert told_now(hours, at("2026-12-07 12:30"))[1] == "öffnet heute um 13 Uhr"
        assert told_now(Hours({0: ((EIGHT, NOON), (NOON, FIVE))}), at("2026-12-07 09:00"))[1].endswith("bis 17 Uhr")
        assert told_week(hours) == [("Montag", "8 Uhr bis 12 Uhr, 13 Uhr bis 17 Uhr")]
        assert told_now(hours, at("2026-12-28 18:00"))[1] == "öffnet am Montag, 4. Januar, um 8 Uhr"


def test_nobody_knows_when():
    assert told_now(Hours({}), at("2026-12-07 12:30")) == (False, "")
    assert told_now(Hours({}, {dt.date(2027, 12, 1): Otherwise(DAY)}), at("2026-12-07 12:30")) == (False, "")


@pytest.mark.parametrize("day, hours", [("2026-03-29", 23), ("2026-10-25", 25)])
def test_the_clock_put_forward_or_back_moves_no_hour_that_is_told(day, hours):
    """On these Sundays the day has 23 or 25 hours; eight is eight by the clock on the wall."""
    sunday = Hours({6: DAY})
    opens, closes = sunday.spans(dt.date.fromisoformat(day))[0]
    assert closes - opens == dt.timedelta(hours=9)
    midnight = at(f"{day} 00:00")
    assert at(f"{day} 23:59").astimezone(dt.UTC) - midnight.astimezone(dt.UTC) == dt.timedelta(
        hours=hours - 1, minutes=59
    )
    assert sunday.open_until(at(f"{day} 08:00")) == at(f"{day} 17:00")
    assert sunday.open_until(at(f"{day} 07:59")) is None
    # Through the night of the change.
    through = Hours({6: ((dt.time(1), dt.time(4)),)})
    opens, closes = through.spans(dt.date.fromisoformat(day))[0]
    assert closes - opens == dt.timedelta(hours=3 - (24 - hours))


TIMES = st.times(min_value=dt.time(0), max_value=dt.time(23, 58)).map(lambda at: at.replace(second=0, microsecond=0))
SPANS = st.lists(st.tuples(TIMES, TIMES).filter(lambda span: span[0] < span[1]), max_size=3).map(tuple)
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2029, 12, 1)).map(lambda at: at.replace(tzinfo=dt.UTC))


@given(st.dictionaries(st.integers(0, 6), SPANS), MOMENTS)
def test_open_or_opening_agree(week, now):
    """While it is open it closes later; while it is not, it is open at the very moment that is told, and not before."""
    hours = Hours(week)
    if until := hours.open_until(now):
        assert until > now and hours.open_until(until - dt.timedelta(seconds=1)) == until
        assert hours.open_until(until) is None
    elif opens := hours.opens_next(now):
        assert opens > now and hours.open_until(opens)
        assert hours.open_until(opens - dt.timedelta(seconds=1)) is None
    else:
        assert not any(closes > begins for spans in week.values() for begins, closes in spans)
