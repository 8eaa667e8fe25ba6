"""Ordering again: the lines of then beside today, before anything is ordered."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Company, User
from portal.lib.units import unit_of
from shop.cart import CartRefused, empty, locked_cart, put
from shop.models import Article
from shop.prices import rounded, unit_price
from shop.rent import duration, periods_like

from .models import Order, OrderLine


@dataclass
class Compared:
    """A line as ordered and as it would be ordered today. article and price are None where that is not possible.

    is_successor: the article of then is gone, and article is what replaces it.
    """

    line: OrderLine
    article: Article | None
    price: Decimal | None
    is_gone: bool
    is_successor: bool = False

    @property
    def periods(self) -> int | None:
        """Of a rent: as long as then, or the least of today where that is not possible. None for all else."""
        return periods_like(self.article, self.line.months) if self.article and self.article.is_rent else None

    @property
    def months(self) -> int | None:
        """For how long a rent would be ordered today; None for all else."""
        return self.article.months * self.periods if self.article and self.periods else None

    @property
    def duration(self) -> str:
        """How long it would run today, where that is not as long as then; else ""."""
        return duration(self.months) if self.months and self.months != self.line.months else ""

    @property
    def is_same(self) -> bool:
        return (
            self.article is not None
            and self.price is not None
            and not self.is_successor
            and self.months == self.line.months
            and self.price == self.line.unit_price
            and self.line.name == self.article.name
            and (self.article.is_rent or self.line.unit in ("", self.article.unit))
        )

    @property
    def net(self) -> Decimal | None:
        """What the line would come to today, euro net; None where it cannot be ordered."""
        return None if self.price is None else rounded(self.price * self.line.quantity * (self.months or 1))

    @property
    def difference(self) -> Decimal | None:
        """Euro net of the whole line, or None."""
        return None if self.net is None else self.net - self.line.net

    @property
    def told(self) -> tuple[str, str]:
        """(tone, sentence) of what is different today; the tone of components/_state.html, "" for words alone."""
        if self.is_gone:
            return "danger", _("no longer in the shop")
        if self.article is None:
            return "danger", _("does not fit your licences or is not sold any more")
        if self.duration:
            return "wait", _("now for %(duration)s") % {"duration": self.duration}
        if self.is_successor:
            article = {"name": self.article.name, "number": self.article.number}
            return "wait", _("replaced by %(name)s (%(number)s)") % article
        if self.is_same:
            return "ok", _("none")
        return "", self._small(self.article)

    @property
    def trend(self) -> str:
        """ "less" or "more" than then, or ""."""
        return trend_of(self.difference)

    def _small(self, article: Article) -> str:
        if self.difference:
            return ""
        if self.line.name != article.name:
            return _("now called %(name)s") % {"name": article.name}
        return _("now per %(unit)s") % {"unit": unit_of(article.unit)}


def trend_of(difference: Decimal | None) -> str:
    """ "less", "more", or "" for the same or nothing to compare."""
    return "" if not difference else "less" if difference < 0 else "more"


class Sums(NamedTuple):
    """Euro net of what can be ordered today: then, and today."""

    then: Decimal
    today: Decimal

    @property
    def difference(self) -> Decimal:
        return self.today - self.then

    @property
    def trend(self) -> str:
        return trend_of(self.difference)


def sums_then_and_today(compared: Iterable[Compared]) -> Sums:
    """The Sums of the lines that can be ordered today."""
    possible = [entry for entry in compared if entry.net is not None]
    then = sum((entry.line.net for entry in possible), Decimal(0))
    return Sums(then, sum((entry.net or Decimal(0) for entry in possible), Decimal(0)))


def compare(order: Order) -> list[Compared]:
    """A Compared for each line of an order. Four queries at most."""
    lines = list(order.lines.all())
    ids = [line.article_id for line in lines if line.article_id]
    fitting = _fitting(order.company, ids)
    successors = _successors(order.company, set(ids) - set(fitting))
    compared = []
    for line in lines:
        pk = line.article_id
        article = None if pk is None else fitting.get(pk) or successors.get(pk)
        price = unit_price(article, line.quantity) if article else None
        is_successor = article is not None and article.pk != pk
        compared.append(Compared(line, article, price, pk is None, is_successor))
    return compared


def _fitting(company: Company, ids: Iterable[int]) -> dict[int, Article]:
    return Article.objects.fitting(company).filter(pk__in=ids).with_prices(company).in_bulk()


def _successors(company: Company, gone: set[int]) -> dict[int, Article]:
    """Id of an article that cannot be ordered -> the article that replaces it, if that one fits."""
    if not gone:
        return {}
    found = Article.objects.fitting(company).filter(predecessors__in=gone).with_prices(company)
    by_id = {article.pk: article for article in found}
    pairs = Article.objects.filter(pk__in=gone, successor__in=by_id).values_list("pk", "successor")
    return {old: by_id[new] for old, new in pairs}


@transaction.atomic
def fill_unchanged(compared: Iterable[Compared], company: Company, user: User) -> bool:
    """Put an order into an empty cart, where each line is as it was then; False, and nothing done, where not.

    Clicked twice it fills the cart once: the second click finds it full.
    """
    compared = list(compared)
    if not compared or not all(entry.is_same for entry in compared):
        return False
    if locked_cart(company, user).lines.exists():
        return False
    if fill_cart(compared, company, user, replace=False):
        transaction.set_rollback(True)
        return False
    return True


@transaction.atomic
def fill_cart(compared: Iterable[Compared], company: Company, user: User, *, replace: bool) -> list[str]:
    """Put what can still be ordered into the cart. Returns the names of what could not."""
    if replace:
        empty(company, user)
    left_out = []
    for entry in compared:
        if entry.article is None:
            left_out.append(entry.line.name)
            continue
        try:
            put(company, user, entry.article, entry.line.quantity, periods=entry.periods)
        except CartRefused:
            left_out.append(entry.line.name)
    return left_out
