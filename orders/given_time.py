"""Where time that orders gave ends: always counted from where it began, so that no months lose days on the way."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from portal.lib.days import day_after, last_day

from .models import Grant


@dataclass(frozen=True)
class GivenTime:
    """Time without a gap that orders gave on one licence or maintenance. first: its
    first day; grants: the oldest first.

    Without grants it begins after the day on which the licence or maintenance ends now.
    """

    first: dt.date
    grants: list[Grant]

    @classmethod
    def of(cls, newest_first: Iterable[Grant], begins: dt.date | None, ends: dt.date) -> "GivenTime":
        """What led to the day on which something ends now.

        newest_first: the grants that stand. begins, ends: the first and last day of the licence or maintenance. Where
        somebody else has moved the end since, nothing of it led there, and what comes next counts from there.
        """
        found, months = cls(day_after(ends), []), 0
        end: dt.date | None = ends
        seen: list[Grant] = []
        for grant in newest_first:
            if grant.ends_after != end:
                break
            end, months, seen = grant.ends_before, months + grant.months, [grant, *seen]
            start = day_after(end) if end else begins
            if start and last_day(start, months) == ends:
                found = cls(start, seen)
            if end is None:
                break
        return found

    @property
    def months(self) -> int:
        return sum(grant.months for grant in self.grants)

    def with_more(self, months: int) -> dt.date:
        """The last day when so many months are given on top."""
        return last_day(self.first, self.months + months)

    def without(self, gone: Grant) -> "GivenTime":
        """The same as if one grant had never been; each later one knows its days anew, and they are saved."""
        rest: list[Grant] = []
        end, months = None, 0
        for grant in self.grants:
            if grant.pk == gone.pk:
                continue
            grant.ends_before = end if rest else self.grants[0].ends_before
            months += grant.months
            grant.ends_after = end = last_day(self.first, months)
            grant.save(update_fields=["ends_before", "ends_after"])
            rest.append(grant)
        return GivenTime(self.first, rest)

    @property
    def end(self) -> dt.date | None:
        """The last day; None where nothing is given."""
        return last_day(self.first, self.months) if self.grants else None
