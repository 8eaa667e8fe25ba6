"""Ordering again: the lines of then beside today, before anything is ordered."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from shop.cart import CartRefused, put
from shop.models import Article
from shop.prices import unit_price

from .models import OrderLine


@dataclass
class Compared:
    """A line as ordered and as it would be ordered today. article and price are None where that is not possible."""

    line: OrderLine
    article: Article | None
    price: Decimal | None
    is_gone: bool

    @property
    def is_same(self):
        return self.price is not None and self.price == self.line.unit_price and self.line.name == self.article.name

    @property
    def difference(self):
        """Euro net per unit, or None."""
        return None if self.price is None else self.price - self.line.unit_price


def compare(order):
    """A Compared for each line of an order. Three queries."""
    lines = list(order.lines.all())
    ids = [line.article_id for line in lines if line.article_id]
    fitting = Article.objects.fitting(order.company).filter(pk__in=ids).with_prices(order.company).in_bulk()
    compared = []
    for line in lines:
        article = fitting.get(line.article_id)
        price = unit_price(article, line.quantity) if article else None
        compared.append(Compared(line, article, price, is_gone=line.article_id is None))
    return compared


@transaction.atomic
def fill_cart(compared, company, user, *, replace):
    """Put what can still be ordered into the cart. Returns the names of what could not."""
    if replace:
        for cart in company.carts.filter(user=user):
            cart.lines.all().delete()
    left_out = []
    for entry in compared:
        if entry.article is None:
            left_out.append(entry.line.name)
            continue
        try:
            put(company, user, entry.article, entry.line.quantity)
        except CartRefused:
            left_out.append(entry.line.name)
    return left_out
