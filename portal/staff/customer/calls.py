"""What customers ask on the telephone, answered from their page: why not this article, who might do that on a day."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from access.history import access_on
from access.log import events_of
from access.rights import Right
from accounts.models import Company
from portal.lib.days import today
from portal.lib.forms import PastDayField, SearchField
from shop.fit import explain
from shop.models import Article
from shop.prices import unit_price
from shop.quick_order import key_of
from shop.search import find

from .page import StaffRequest, customer_page

SHOP = "shop.view_article"
NEAR = 8


class DayForm(forms.Form):
    """A day that is over, or today; the permission that is asked about, or any."""

    day = PastDayField(label=_("As it stood on"))
    right = forms.ChoiceField(label=_("Permission"), required=False, choices=[("", _("any")), *Right.choices])


@customer_page("customer_log")
def allowed(request: StaffRequest, company: Company) -> dict[str, Any]:
    """Who might do what at the end of a day, by the log; what was changed on that very day stands below."""
    form = DayForm(request.GET if request.GET else None, initial={"day": today()})
    if not form.is_valid():
        return {"form": form, "status": 422 if form.errors else 200}
    day, right = form.cleaned_data["day"], form.cleaned_data["right"]
    stood = access_on(company, day)
    people = [(one, may) for one, may in stood.people if not right or right in may]
    events = list(events_of(company, since=day, until=day)[:50])
    label = Right(right).label if right else ""
    return {"form": form, "day": day, "label": label, "stood": stood, "people": people, "events": events}


@customer_page("customer", SHOP)
def article(request: StaffRequest, company: Company) -> dict[str, Any]:
    """Why this customer sees an article or not: found by number, else chosen among those that are called so."""
    words = SearchField().to_python(request.GET.get("q", ""))
    key = key_of(words)
    found = Article.objects.filter(number_key=key).first() if key else None
    if found is None:
        near = list(find(Article.objects.all(), words)[0][:NEAR]) if words else []
        if len(near) != 1:
            return {"words": words, "near": near}
        (found,) = near
    priced: Any = Article.objects.with_prices(company).get(pk=found.pk)
    price = unit_price(priced, found.min_quantity)
    coming: Any = found.dates
    dates = list(coming.coming()[:5]) if found.kind == Article.Kind.TRAINING else []
    return {"words": words, "article": found, "answer": explain(company, found), "price": price, "dates": dates}
