from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from access.rights import Right
from portal.lib.hits import MOST, Found, Group, Hit

from .models import Order


def find(request: HttpRequest, typed: str) -> Found:
    """The company's orders with every word in number, reference, orderer or an article's name, newest first."""
    number = request.company.number
    rows = request.company.orders.search(typed).with_what().newest_first()[: MOST + 1]
    return Found.of(rows, typed, lambda order: _line(order, number))


def _line(order: Order, company: str) -> Hit:
    day = date_format(localtime(order.placed_at), "d.m.Y")
    return Hit(
        order.what,
        reverse("order_detail", args=[company, order.pk]),
        number=order.number,
        about=" · ".join(filter(None, [day, order.orderer_name, order.reference])),
        state=(order.tone, str(order.state_told)),
        amount=order.counted_net,
    )


GROUP = Group("orders", _("Orders"), "clipboard-document-list", find, Right.SHOP)
