"""What an article costs a company. The only place that decides it; all amounts are euro net."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
# An order of more euro cannot be kept; VAT is at most as much again, in a column of its own.
LARGEST_SUM = Decimal("999999999999.99")


def rounded(amount):
    """To the cent, half up, as invoices are rounded."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def unit_price(article, quantity=1):
    """Price per unit at a quantity: the lowest of the list price and the steps reached.

    Steps are the company's own and everybody's rows, valid today; the article comes from .with_prices(company).
    """
    reached = [row.net for row in article.own_prices if row.from_quantity <= quantity]
    return min([article.list_price, *reached])


def price_steps(article):
    """[(from quantity, price per unit)] where the price falls, beginning with 1."""
    steps = []
    for quantity in sorted({1, *(row.from_quantity for row in article.own_prices)}):
        price = unit_price(article, quantity)
        if not steps or price < steps[-1][1]:
            steps.append((quantity, price))
    return steps


def is_own_price(article):
    """Whether the company pays less than the list price because of a price of its own."""
    own = [row.net for row in article.own_prices if row.company_id and row.from_quantity == 1]
    return bool(own) and min(own) < article.list_price and min(own) == unit_price(article)


@dataclass(frozen=True)
class Sums:
    """net and gross in euro; vat: [(rate in per cent, euro)], by rising rate."""

    net: Decimal
    vat: list

    @property
    def vat_sum(self):
        return sum((amount for _rate, amount in self.vat), Decimal(0))

    @property
    def gross(self):
        return self.net + self.vat_sum


def sums_of(lines):
    """Sums of (line net, VAT rate) pairs: net as added, VAT rounded half up once per rate."""
    by_rate = defaultdict(Decimal)
    for net, rate in lines:
        by_rate[Decimal(rate)] += net
    vat = [(rate, rounded(net * rate / 100)) for rate, net in sorted(by_rate.items())]
    return Sums(sum(by_rate.values(), Decimal(0)), vat)
