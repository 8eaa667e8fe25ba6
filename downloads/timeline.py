"""The versions of a product on a line of time: where each dot stands, and which labels have room."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST = 12
# Per cent of the width: the line's ends, and what a sign of a label takes on a phone.
FIRST, LAST, SIGN = 3.0, 97.0, 2.6
ROWS_ABOVE, ROWS_BELOW, ROW = 2, 3, 18
HERE_SIGNS = 9


@dataclass
class Dot:
    """A version: at, in per cent of the width; its rows of labels, None where there is no room; tone for its colour."""

    release: Any
    at: float
    row: int | None = None
    row_above: int | None = None

    @property
    def x(self) -> str:
        return f"{self.at:.1f}%"

    @property
    def anchor(self) -> str:
        """Which end of a label stands at the dot, so that none leaves the picture."""
        return "start" if self.at < 15 else "end" if self.at > 85 else "middle"

    @property
    def y(self) -> int:
        """Of the label under the line."""
        return ROWS_ABOVE * ROW + 36 + ROW * (self.row or 0)

    @property
    def y_above(self) -> int:
        return ROWS_ABOVE * ROW - 4 - ROW * (self.row_above or 0)

    @property
    def tone(self) -> str:
        if self.release.withdrawn_on:
            return "danger"
        return "ok" if self.release.installed_at else "off" if not self.release.is_entitled else "plain"


@dataclass
class Timeline:
    """dots: oldest first. years: [(x, year)] where a year begins."""

    dots: list[Dot]
    years: list[tuple[str, int]]
    line = ROWS_ABOVE * ROW + 10

    @property
    def height(self) -> int:
        return ROWS_ABOVE * ROW + 52 + ROW * max(dot.row or 0 for dot in self.dots)


def timeline_of(releases: Sequence[Any]) -> Timeline | None:
    """The newest versions (newest first, with entitlement and installed_at) on a line; None for fewer than two days."""
    shown = sorted(releases[:MOST], key=lambda release: release.released_on)
    days = [release.released_on for release in shown]
    if not days or days[0] == days[-1]:
        return None
    place = lambda day: FIRST + (LAST - FIRST) * (day - days[0]).days / (days[-1] - days[0]).days  # noqa: E731
    dots = [Dot(release, place(release.released_on)) for release in shown]
    # The newest keeps its label, whoever stands beside it.
    _find_rows(dots[::-1], "row", ROWS_BELOW, lambda dot: len(dot.release.version))
    _find_rows([dot for dot in dots if dot.release.installed_at], "row_above", ROWS_ABOVE, lambda dot: HERE_SIGNS)
    years = [dt.date(year, 1, 1) for year in range(days[0].year + 1, days[-1].year + 1)]
    return Timeline(dots, [(f"{place(day):.1f}%", day.year) for day in years])


def _find_rows(dots, name, rows, signs):
    taken: list[list[tuple[float, float]]] = [[] for _row in range(rows)]
    for dot in dots:
        wide = SIGN * (signs(dot) + 1)
        left = {"start": dot.at, "middle": dot.at - wide / 2, "end": dot.at - wide}[dot.anchor]
        for row, others in enumerate(taken):
            if all(left >= right or left + wide <= begin for begin, right in others):
                others.append((left, left + wide))
                setattr(dot, name, row)
                break
