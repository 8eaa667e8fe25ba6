"""Shopping lists: kept from the cart or article by article, put into the cart as a whole."""

from contextlib import AbstractContextManager
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company, User
from portal.lib.constraints import refusing
from portal.lib.refusals import Refused

from .cart import Wanted, put_many
from .models import Article, CartLine, ListLine, ShoppingList

MOST_LISTS = 50
MOST_LINES = 200


def make_list(company: Company, user: User, name: str) -> ShoppingList:
    """A new empty list of one's own. Raises Refused when the name is taken or there are too many."""
    if company.shopping_lists.filter(owner=user).count() >= MOST_LISTS:
        raise Refused(_("You can keep at most %(most)d lists.") % {"most": MOST_LISTS}, "name")
    with _once():
        return company.shopping_lists.create(owner=user, name=name)


def _once() -> AbstractContextManager[None]:
    return refusing("list_name_once", Refused(_("You have a list with this name already."), "name"))


def rename(kept: ShoppingList, name: str, is_shared: bool) -> None:
    """Another name, and whether colleagues see the list. Raises Refused when the name is taken."""
    kept.name, kept.is_shared = name, is_shared
    with _once():
        kept.save(update_fields=["name", "is_shared"])


@transaction.atomic
def keep_cart(company: Company, user: User, name: str) -> ShoppingList:
    """A new list with what is in the person's cart, trainings' dates aside. Raises Refused."""
    kept = make_list(company, user, name)
    for line in CartLine.objects.of(company, user):
        add(kept, line.article, line.quantity, line.periods)
    return kept


def add(kept: ShoppingList, article: Article, quantity: int = 1, periods: int | None = None) -> ListLine:
    """Put an article on the list; what stands there already keeps the larger quantity and, of a rent, the longer time.

    periods: of a rent, else the article's least. Raises Refused.
    """
    periods = (periods or article.min_periods) if article.is_rent else 1
    line = kept.lines.filter(article=article).first()
    if line is None and kept.lines.count() >= MOST_LINES:
        raise Refused(_("A list holds at most %(most)d articles.") % {"most": MOST_LINES})
    if line is None:
        line = kept.lines.create(article=article, quantity=quantity, periods=periods)
    elif quantity > line.quantity or periods > line.periods:
        line.quantity, line.periods = max(quantity, line.quantity), max(periods, line.periods)
        line.save(update_fields=["quantity", "periods"])
    kept.changed_at = timezone.now()
    kept.save(update_fields=["changed_at"])
    return line


def lines_today(kept: ShoppingList, company: Company) -> list[Any]:
    """The list's lines with their article as it is for the company today; is_fitting says whether it can be ordered."""
    lines = list(kept.lines.select_related("article").order_by("article__name", "pk"))
    ids = [line.article_id for line in lines]
    articles = Article.objects.filter(pk__in=ids).with_fit(company).with_seats(company).with_prices(company).in_bulk()
    for line in lines:
        line.article = articles[line.article_id]
    return lines


def put_into_cart(kept: ShoppingList, company: Company, user: User) -> list[tuple[Article, str]]:
    """All that fits goes into the cart, on top of what is there. Returns [(article, why not)] of the rest."""
    lines = lines_today(kept, company)
    unfit = [(line.article, _("no longer fits your licences")) for line in lines if not line.article.is_fitting]
    wanted = [Wanted(line.article, line.quantity, line.periods) for line in lines if line.article.is_fitting]
    return [*unfit, *put_many(company, user, wanted)]
