"""The cart of a person at a company: what is in it now, at today's prices and by today's fit."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Article, CartLine
from .models.cart import MAX_QUANTITY
from .prices import rounded, sums_of, unit_price

MOST_LINES = 200


class CartRefused(Exception):
    """Cannot go into the cart; the text is for people."""


@dataclass
class Line:
    """A cart line as it stands today. price and net in euro; fits: whether it may be ordered at all."""

    row: CartLine
    article: Article
    quantity: int
    price: Decimal
    fits: bool

    @property
    def net(self):
        return rounded(self.price * self.quantity)

    @property
    def has_new_price(self):
        return self.fits and self.price != self.row.seen_price


@dataclass
class CartView:
    """All lines with their sums; only what fits counts."""

    lines: list

    @property
    def orderable(self):
        return [line for line in self.lines if line.fits]

    @property
    def units(self):
        """How many units are in it, as the header counts them."""
        return sum(line.quantity for line in self.lines)

    @property
    def has_changes(self):
        return any(line.has_new_price or not line.fits for line in self.lines)

    @property
    def sums(self):
        return sums_of((line.net, line.article.vat_rate) for line in self.orderable)


def lines_of(company, user):
    """The stored lines of a person's cart at a company."""
    return CartLine.objects.of(company, user)


def read_cart(company, user):
    """The person's cart at this company. Three queries, whatever its size."""
    rows = list(lines_of(company, user))
    articles = Article.objects.filter(pk__in=[row.article_id for row in rows])
    articles = articles.with_fit(company).with_prices(company).in_bulk()
    lines = []
    for row in rows:
        article = articles[row.article_id]
        lines.append(Line(row, article, row.quantity, unit_price(article, row.quantity), article.is_fitting))
    return CartView(lines)


@transaction.atomic
def put(company, user, article, quantity, *, on_top=True):
    """Put an article into the cart, on top of what is there or instead of it; its price counts as seen.

    Raises CartRefused when the quantity or the number of lines is out of range.
    """
    cart, _new = company.carts.get_or_create(user=user)
    lines = CartLine.objects.select_for_update().filter(cart=cart)
    line = lines.filter(article=article).first() or CartLine(cart=cart, article=article, quantity=0)
    quantity += line.quantity if on_top else 0
    if not 1 <= quantity <= MAX_QUANTITY:
        raise CartRefused(_("Please choose a quantity from 1 to %(most)d.") % {"most": MAX_QUANTITY})
    if not line.pk and lines.count() >= MOST_LINES:
        raise CartRefused(_("A cart holds at most %(most)d different articles.") % {"most": MOST_LINES})
    line.quantity = quantity
    line.seen_price = unit_price(article, quantity)
    line.save()
    cart.changed_at = timezone.now()
    cart.save(update_fields=["changed_at"])
    return line
