"""What a company ordered by year, as bars beside the figures."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Bar:
    """One year: euro net, number of orders, and its length in per cent of the longest."""

    year: int
    net: Decimal
    count: int
    length: int


def bars(years):
    """A Bar for each (year, euro net, number of orders)."""
    longest = max((net for _year, net, _count in years), default=0)
    return [Bar(year, net, count, round(100 * net / longest) if longest else 0) for year, net, count in years]
