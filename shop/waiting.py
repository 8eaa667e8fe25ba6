"""Maintenance and rents that end soon, with the article that goes on from there."""

from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.rights import Right
from contracts.models import Licence
from portal.lib.days import today
from portal.lib.waiting import Answer, Waiting, Waits, rows_of

from .models import Article

SOON = timedelta(days=90)


def goes_on(company: Any, product: Any) -> Any:
    """The articles that extend the maintenance of a product, by its number, or its rent, as the company may order."""
    kinds = Q(kind=Article.Kind.FLAT) | Q(kind=Article.Kind.RENT)
    return Article.objects.fitting(company).filter(kinds, grants__number=product).order_by("kind", "number")


def facts(request: HttpRequest) -> dict[str, Any]:
    if Right.SHOP not in request.rights or request.company.has_ended:
        return {}
    soon = Q(covered_until__range=(today(), today() + SOON)) & Q(kind=Licence.Kind.BOUGHT)
    rents = Q(ends_on__range=(today(), today() + SOON))
    ending = request.company.licences.running().with_cover().filter(soon | rents)
    care = goes_on(request.company, OuterRef("product__number")).filter(kind=Article.Kind.FLAT)
    rent = goes_on(request.company, OuterRef("product__number")).filter(kind=Article.Kind.RENT)
    ending = ending.annotate(care=Subquery(care.values("number")[:1]), rent=Subquery(rent.values("number")[:1]))
    shown = {"product": "product__name", "kind": "kind", "care": "care", "rent": "rent"}
    return {"ending": rows_of(ending.order_by("number"), until="covered_until", ends="ends_on", **shown)}


def say(request: HttpRequest, row: Any) -> list[Waiting]:
    return [_ending(request, one) for one in row.get("ending", [])]


def _ending(request: HttpRequest, one: dict[str, Any]) -> Waiting:
    is_rent = one["kind"] == Licence.Kind.RENTED
    left = (parse_date(one["ends"] if is_rent else one["until"]) - today()).days
    text = _("The rent of %(product)s ends.") if is_rent else _("The maintenance of %(product)s ends.")
    detail = "" if is_rent else _("After that there are no new versions; security updates stay.")
    day = ngettext("in %(count)d day", "in %(count)d days", left) % {"count": left}
    label = _("Extend the rent") if is_rent else _("Extend the maintenance")
    article = one["rent" if is_rent else "care"]
    url = reverse("article_detail", args=[request.company.number, article]) if article else ""
    support = Answer(_("To the support"), reverse("support", args=[request.company.number]), about=one["product"])
    answer = Answer(label, url, about=one["product"]) if url else support
    return Waiting(60 + left, "clock", text % one, detail, day, (answer,))


WAITS = Waits(facts, say)
