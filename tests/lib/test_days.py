"""Months keep their days, at the ends of the calendar too."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.lib.days import ENDLESS, day_after, day_before, in_months, is_endless, last_day

DAY, MONTHS = st.dates(), st.integers(-1500, 1500)
D = dt.date


@pytest.mark.parametrize(
    "first, months, last",
    [
        (D(2027, 1, 1), 1, D(2027, 1, 31)),
        (D(2027, 2, 1), 1, D(2027, 2, 28)),
        (D(2028, 2, 1), 1, D(2028, 2, 29)),
        (D(2027, 1, 31), 1, D(2027, 2, 28)),
        (D(2027, 1, 30), 1, D(2027, 2, 28)),
        (D(2027, 1, 29), 1, D(2027, 2, 28)),
        (D(2027, 1, 31), 2, D(2027, 3, 30)),
        (D(2028, 2, 29), 12, D(2029, 2, 28)),
        (D(2028, 3, 1), 12, D(2029, 2, 28)),
        (D(2027, 3, 1), 12, D(2028, 2, 29)),
        (D(2027, 12, 2), 1, D(2028, 1, 1)),
        (D(9999, 6, 1), 7, D.max),
        (D(9999, 6, 15), 7, D.max),
        (D.max, 1, D.max),
        (D(1, 1, 1), -1, D.min),
    ],
)
def test_a_period_ends_on_the_day_before_the_same_number(first, months, last):
    """§ 188 (2) and (3) BGB."""
    assert last_day(first, months) == last


@given(DAY, MONTHS)
@example(D.max, 1)
@example(D.min, -1)
def test_no_day_leaves_the_calendar(day, months):
    for found in (in_months(day, months), last_day(day, months), day_after(day), day_before(day)):
        assert isinstance(found, dt.date)


@given(st.dates(D(1900, 1, 1), D(2900, 12, 31)), st.integers(1, 600), st.integers(1, 600))
def test_more_months_never_end_sooner(first, one, more):
    assert first < last_day(first, one) + dt.timedelta(days=1) < last_day(first, one + more) + dt.timedelta(days=1)
    # As long as its months: no longer than the longest, no shorter than the shortest.
    assert abs((last_day(first, one) - first).days + 1 - one * 365.2425 / 12) < 4


@pytest.mark.parametrize("day, said", [(None, True), (ENDLESS, True), (D.max, True), (D(8999, 12, 31), False)])
def test_the_end_of_time_is_no_end(day, said):
    assert is_endless(day) is said
