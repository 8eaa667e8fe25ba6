from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from access.rights import Right
from portal.lib.tiles import CountOf, Fact, Tile

from .models import Order


def facts(request):
    orders = request.company.orders.order_by()
    in_work = [Order.State.RECEIVED, Order.State.ACCEPTED, Order.State.PARTLY]
    return {
        "orders_open": CountOf(orders.filter(state__in=in_work).values("pk")[:100]),
        "orders_all": CountOf(orders.values("pk")[:1000]),
    }


def say(request, row):
    if count := row["orders_open"]:
        return Fact(ngettext("%(count)d order in progress", "%(count)d orders in progress", count) % {"count": count})
    count = row["orders_all"]
    return Fact(ngettext("%(count)d order", "%(count)d orders", count) % {"count": count})


TILE = Tile(
    key="orders",
    title=_("Orders"),
    text=_("Everything your company has ordered"),
    icon="queue-list",
    url_name="order_list",
    needs=Right.SHOP,
    facts=facts,
    say=say,
)
