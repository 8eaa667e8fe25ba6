"""How much of an article may be ordered at once."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Company
from portal.lib.units import with_unit

from .models import Article
from .models.cart import MAX_QUANTITY


def quantity_refusal(article: Article, quantity: int, company: Company | None = None) -> str:
    """Why a quantity cannot be ordered, in a sentence, or "".

    The article comes from .with_seats(company), or the company is given.
    """
    least, step = article.min_quantity, article.quantity_step
    if not 1 <= quantity <= MAX_QUANTITY:
        return _("Please choose a quantity from 1 to %(most)d.") % {"most": MAX_QUANTITY}
    if quantity < least:
        return _("Please order at least %(least)s.") % {"least": with_unit(least, article.unit)}
    if (quantity - least) % step:
        near = quantity - (quantity - least) % step
        words = {"step": step, "near": near, "next": with_unit(near + step, article.unit)}
        return _("Sold in steps of %(step)d: for example %(near)d or %(next)s.") % words
    if article.is_per_seat and quantity > (seats := _seats(article, company)):
        return _only_licensed(seats) % {"seats": seats}
    return ""


def _only_licensed(seats: int) -> str:
    return ngettext(
        "Your company has licensed %(seats)d seat; more cannot be ordered.",
        "Your company has licensed %(seats)d seats; more cannot be ordered.",
        seats,
    )


def _seats(article: Any, company: Company | None) -> int:
    if not hasattr(article, "seats"):
        article.seats = Article.objects.with_seats(company).values_list("seats", flat=True).get(pk=article.pk)
    return article.seats or 0
