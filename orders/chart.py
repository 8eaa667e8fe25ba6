"""What a company ordered, by year or by the months of one, as bars with the figures behind them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.dates import MONTHS_3

from accounts.models import Company, User
from portal.lib.standing import Standing

from .models import MonthSum, Order

YEARS_DRAWN = 6
# A bar is so high at most, in the units of its picture.
HIGH = 100


@dataclass
class Bar:
    """A year, or a month of one: euro net that counts, what of it waits for approval, as ordered; number of orders.

    year: the year that a click leads to; None for a month.
    """

    name: str
    year: int | None
    net: Decimal = Decimal(0)
    waiting: Decimal = Decimal(0)
    ordered: Decimal = Decimal(0)
    count: int = 0
    height: int = 0
    waiting_height: int = 0

    @property
    def is_less(self) -> bool:
        return self.net != self.ordered

    @property
    def top(self) -> int:
        """Where the bar begins, counted from above."""
        return HIGH - self.height

    def add(self, row: MonthSum) -> None:
        """Count in what a month came to; what was cancelled counts for nothing."""
        if row.state == Order.State.CANCELLED:
            return
        self.net += row.net
        self.ordered += row.ordered
        self.count += row.count
        if row.state == Order.State.WAITING:
            self.waiting += row.net


@dataclass(frozen=True)
class Chart:
    """bars in the order of time; whole: the sum of what was asked for; years: that have orders, the newest first.

    counts: number of orders by group of states, whatever state and year was asked for. found: of what was asked for.
    """

    bars: list[Bar]
    whole: Bar
    years: list[int]
    counts: dict[str, int] = field(default_factory=dict)
    found: int = 0


def _sums(may_approve: bool, company: int, user: int) -> QuerySet[Order]:
    orders = Order.objects.filter(company=company)
    return orders.with_group(User(pk=user), may_approve=may_approve).month_sums()


# What the list of orders asks each time.
SUMS = Standing(_sums, company=int, user=int)


def sums_of(company: Company, user: User, *, may_approve: bool) -> list[MonthSum]:
    """A MonthSum for each month, state and group of all orders of a company, for who reads. One query."""
    return [MonthSum.of(*row) for row in SUMS(may_approve, company=company.pk, user=user.pk)]


def chart_of(rows: Iterable[MonthSum], *, year: int | None = None, state: str = "") -> Chart:
    """The Chart of a company's sums by month, of a year and of a state or group of states where one is asked for."""
    rows = list(rows)
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.group] += row.count
    of_state = [row for row in rows if not state or state in (row.state, row.group)]
    bars = _months(of_state, year) if year else _years(of_state)
    whole = Bar(str(year or ""), year)
    asked_for = [row for row in of_state if year in (None, row.year)]
    for row in asked_for:
        whole.add(row)
    _draw(bars)
    years = sorted({row.year for row in rows}, reverse=True)
    return Chart(bars, whole, years, dict(counts), sum(row.count for row in asked_for))


def _years(rows: list[MonthSum]) -> list[Bar]:
    bars = {year: Bar(str(year), year) for year in sorted({row.year for row in rows})[-YEARS_DRAWN:]}
    for row in rows:
        if row.year in bars:
            bars[row.year].add(row)
    return list(bars.values())


def _months(rows: list[MonthSum], year: int) -> list[Bar]:
    bars = {month: Bar(str(name), None) for month, name in MONTHS_3.items()}
    for row in rows:
        if row.year == year:
            bars[row.month].add(row)
    return list(bars.values())


def _draw(bars: list[Bar]) -> None:
    longest = max((bar.net for bar in bars), default=Decimal(0))
    for bar in bars:
        if longest:
            bar.height = round(HIGH * bar.net / longest)
            bar.waiting_height = round(HIGH * bar.waiting / longest)
