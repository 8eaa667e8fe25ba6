from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from access.rights import Right
from portal.lib.hits import MOST, Found, Group, Hit

from .catalogue import with_own_price
from .models import Article
from .rent import per
from .search import direct, question


def find(request: HttpRequest, typed: str) -> Found:
    """Articles that fit, as the shop's own search ranks them; what words may have meant is guessed in the shop only."""
    asked, number = question(typed), request.company.number
    found = direct(Article.objects.fitting(request.company), asked)
    rows = with_own_price(found.defer("description"), request.company)
    return Found.of(rows[: MOST + 1], asked.terms, lambda article: _line(article, number))


def _line(article: Article, company: str) -> Hit:
    # A training wants a date and names, on its own page.
    buys = article.kind != Article.Kind.TRAINING
    return Hit(
        article.name,
        reverse("article_detail", args=[company, article.number]),
        number=article.number,
        about=article.get_kind_display(),
        amount=article.own_price,
        per=per(article.unit, is_rent=article.is_rent),
        buys=reverse("cart_add", args=[company, article.number]) if buys else "",
    )


GROUP = Group("articles", _("Articles"), "shopping-bag", find, Right.SHOP)
