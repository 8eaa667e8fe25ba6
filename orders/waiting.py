"""Orders that wait for approval, and offers of a part that wait for an answer."""

from decimal import Decimal
from typing import Any

from django.db.models import CharField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from access.rights import Right
from portal.lib.tags import money
from portal.lib.waiting import Answer, Waiting, Waits, rows_of

from .forms import DecisionForm

SHOWN = {"pk": "pk", "number": "number", "name": "orderer_name", "net": Cast("net", CharField())}


def facts(request: HttpRequest) -> dict[str, Any]:
    orders, rights = request.company.orders.order_by("placed_at"), request.rights
    if Right.ACCESS not in rights and Right.SHOP not in rights:
        return {}
    offered = orders.offered() if Right.ACCESS in rights else orders.offered().filter(ordered_by=request.user)
    found = {"offered": rows_of(offered, **SHOWN)}
    if Right.ACCESS in rights:
        found["approvals"] = rows_of(orders.waiting_for(request.user), **SHOWN)
    return found


def say(request: HttpRequest, row: Any) -> list[Waiting]:
    lines = [_offered(request, one) for one in row.get("offered", [])]
    return lines + [_approval(request, one) for one in row.get("approvals", [])]


def _detail(one: dict[str, Any]) -> str:
    return _("Order %(number)s, %(sum)s net") % {"number": one["number"], "sum": money(Decimal(one["net"]))}


def _offered(request: HttpRequest, one: dict[str, Any]) -> Waiting:
    answer = Answer(_("Read and answer"), _page(request, one), about=_detail(one))
    text = _("We can deliver a part of an order: please take it or withdraw the order.")
    return Waiting(25, "truck", text, _detail(one), answers=(answer,))


def _approval(request: HttpRequest, one: dict[str, Any]) -> Waiting:
    text = _("%(name)s would like to order.") % {"name": one["name"] or "–"}
    # A no comes with a word, so it is said on the order's page; so is a yes of somebody who has limits of their own.
    page = _page(request, one)
    look = Answer(_("Look at it"), page, about=one["number"])
    if request.membership.order_limit is not None or request.membership.order_limit_month is not None:
        return Waiting(30, "shopping-bag", text, _detail(one), answers=(look,))
    url = reverse("order_decide", args=[request.company.number, one["pk"]])
    yes = Answer(_("Approve"), url, DecisionForm.APPROVE, True, _("Approve: %(number)s") % one)
    return Waiting(30, "shopping-bag", text, _detail(one), answers=(look, yes))


def _page(request: HttpRequest, one: dict[str, Any]) -> str:
    # Who may not use the shop opens an order only while it waits, at the same address.
    return reverse("order_detail", args=[request.company.number, one["pk"]])


WAITS = Waits(facts, say)
