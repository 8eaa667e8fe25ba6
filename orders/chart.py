"""What a company ordered by year, as bars beside the figures."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Bar:
    """One year: euro net that counts and as ordered, number of orders, and its length in per cent of the longest."""

    year: int
    net: Decimal
    ordered: Decimal
    count: int
    length: int

    @property
    def is_less(self):
        return self.net != self.ordered


def bars(years):
    """A Bar for each YearSum."""
    longest = max((row.net for row in years), default=0)
    return [
        Bar(row.year, row.net, row.ordered, row.count, round(100 * row.net / longest) if longest else 0)
        for row in years
    ]
