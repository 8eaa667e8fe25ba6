"""What an article costs a company. The only place that decides it; all amounts are euro net."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

CENT = Decimal("0.01")
# An order of more euro cannot be kept; VAT is at most as much again, in a column of its own.
LARGEST_SUM = Decimal("999999999999.99")


def rounded(amount: Decimal | int | str) -> Decimal:
    """To the cent, half up, as invoices are rounded."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def unit_price(article: Any, quantity: int = 1) -> Decimal:
    """Price per unit at a quantity: the lowest of the list price and the steps reached.

    Steps are the company's own and everybody's rows, valid today; the article comes from .with_prices(company).
    """
    reached = [row.net for row in article.own_prices if row.from_quantity <= quantity]
    return min([article.list_price, *reached])


def price_steps(article: Any) -> list[tuple[int, Decimal]]:
    """[(from quantity, price per unit)] where the price falls, beginning with 1."""
    steps: list[tuple[int, Decimal]] = []
    for quantity in sorted({1, *(row.from_quantity for row in article.own_prices)}):
        price = unit_price(article, quantity)
        if not steps or price < steps[-1][1]:
            steps.append((quantity, price))
    return steps


def is_own_price(article: Any) -> bool:
    """Whether the company pays less than the list price because of a price of its own."""
    own = [row.net for row in article.own_prices if row.company_id and row.from_quantity == 1]
    return bool(own) and min(own) < article.list_price and min(own) == unit_price(article)


class Priced(Protocol):
    """A line of a cart or an order. net: euro for all of it; monthly: euro net per month of a rent, 0 for all else."""

    @property
    def net(self) -> Decimal: ...
    @property
    def vat_rate(self) -> Decimal: ...
    @property
    def monthly(self) -> Decimal: ...


@dataclass(frozen=True)
class Sums:
    """net and gross in euro, rents for as long as they were taken; vat: [(rate in per cent, euro)], by rising rate.

    once: euro net of what is paid once. monthly: euro net of all rents per month.
    """

    net: Decimal
    vat: list[tuple[Decimal, Decimal]]
    once: Decimal = Decimal(0)
    monthly: Decimal = Decimal(0)

    @property
    def vat_sum(self) -> Decimal:
        return sum((amount for _rate, amount in self.vat), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat_sum

    @property
    def rent(self) -> Decimal:
        """Euro net of all rents, each for as long as it was taken."""
        return self.net - self.once


def sums_of(lines: Iterable[tuple[Decimal, Decimal]]) -> Sums:
    """Sums of (line net, VAT rate) pairs that are paid once: net as added, VAT rounded half up once per rate."""
    by_rate: dict[Decimal, Decimal] = defaultdict(Decimal)
    for net, rate in lines:
        by_rate[Decimal(rate)] += net
    vat = [(rate, rounded(net * rate / 100)) for rate, net in sorted(by_rate.items())]
    net = sum(by_rate.values(), Decimal(0))
    return Sums(net, vat, once=net)


def sums_of_lines(lines: Iterable[Priced]) -> Sums:
    """Sums of lines, what is paid once and what is paid by the month apart."""
    lines = list(lines)
    sums = sums_of((line.net, line.vat_rate) for line in lines)
    once = sum((line.net for line in lines if not line.monthly), Decimal(0))
    return replace(sums, once=once, monthly=sum((line.monthly for line in lines), Decimal(0)))
