"""The years on which holdings are drawn: places in per cent of the width, ready for an SVG that needs no style."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from portal.lib.days import today

from .holdings import SOON, Holding
from .models import Release

# The axis begins with last year.
YEARS = 5
# Words beyond this part of the width stand left of what they tell of.
TURN = 62.0
TURN_PAST = 15.0


@dataclass(frozen=True)
class Year:
    """Where a year begins and where its name stands."""

    name: str
    x: str
    middle: str


@dataclass(frozen=True)
class Bar:
    """kind: "care", "soon" (the amber end), "rent" or "ended"."""

    kind: str
    x: str
    width: str


@dataclass(frozen=True)
class Mark:
    """Something of one day. anchor: "start" or "end", where its words stand from it; day: what they say."""

    x: str
    anchor: str
    day: dt.date
    is_bad: bool = False


@dataclass(frozen=True)
class Row:
    """A holding as it is drawn. own: from where a bought licence is held; end, support: None for outside, or none."""

    holding: Holding
    own: str
    bars: list[Bar]
    end: Mark | None
    support: Mark | None
    versions: list[Mark]


@dataclass(frozen=True)
class Picture:
    """years, today's place, and a Row for each holding."""

    years: list[Year]
    now: str
    rows: list[Row]


class Axis:
    """The days between the first of last year and the last of the fourth after it."""

    def __init__(self) -> None:
        first = today().year - 1
        self.first, self.last = dt.date(first, 1, 1), dt.date(first + YEARS - 1, 12, 31)
        self.days = (self.last - self.first).days + 1
        self.years = [self._year(first + number) for number in range(YEARS)]

    def _year(self, year: int) -> Year:
        begin = self.place(dt.date(year, 1, 1))
        return Year(str(year), per_cent(begin), per_cent(begin + 50 / YEARS))

    def place(self, day: dt.date | None) -> float:
        """Per cent from the left; what lies outside stands at the end there, no day at the right one."""
        if day is None:
            return 100.0
        return min(max(100 * (day - self.first).days / self.days, 0.0), 100.0)

    def holds(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    def mark(self, day: dt.date, *, is_bad: bool = False, is_over: bool = False) -> Mark:
        """is_over: its words stand over what is past, clear of today's line."""
        place = self.place(day)
        turns = place > (TURN_PAST if is_over else TURN)
        return Mark(per_cent(place), "end" if turns else "start", day, is_bad)

    def bar(self, kind: str, start: dt.date, end: dt.date | None) -> list[Bar]:
        """[the bar], [] where nothing of it can be seen."""
        left, right = self.place(start), self.place(end)
        return [Bar(kind, per_cent(left), per_cent(right - left))] if right > left else []


def per_cent(number: float) -> str:
    """As SVG wants it, in any language."""
    return f"{number:.2f}%"


def picture_of(holdings: Iterable[Holding]) -> Picture:
    axis = Axis()
    return Picture(axis.years, per_cent(axis.place(today())), [_row(axis, one) for one in holdings])


def _row(axis: Axis, holding: Holding) -> Row:
    has_end = holding.until is not None and axis.holds(holding.until)
    return Row(
        holding,
        "" if holding.is_rent else per_cent(axis.place(holding.licence.starts_on)),
        _bars(axis, holding),
        axis.mark(holding.until, is_over=holding.tone == "off") if holding.until and has_end else None,
        axis.mark(holding.support) if holding.support and axis.holds(holding.support) else None,
        [axis.mark(one.released_on, is_bad=one.withdrawn_on is not None) for one in _drawn(axis, holding)],
    )


def _drawn(axis: Axis, holding: Holding) -> list[Release]:
    """The versions installed somewhere that came out within the axis, each once."""
    found = {place.release.pk: place.release for place in holding.installed if place.release}
    return [release for release in found.values() if axis.holds(release.released_on)]


def _bars(axis: Axis, holding: Holding) -> list[Bar]:
    bars: list[Bar] = []
    if holding.is_rent:
        periods = [(holding.licence.starts_on, holding.until)]
    else:
        periods = [(one.starts_on or holding.licence.starts_on, one.ends_on) for one in reversed(holding.care)]
    kind = "rent" if holding.is_rent else "care"
    for start, end in periods:
        if end and end < today():
            bars += axis.bar("ended", start, end)
        elif end and end == holding.until and end <= today() + SOON:
            late = max(start, end - SOON)
            bars += axis.bar(kind, start, late) + axis.bar("soon", late, end)
        else:
            bars += axis.bar(kind, start, end)
    return bars
