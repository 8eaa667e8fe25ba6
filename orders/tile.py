from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from access.rights import Right
from portal.lib.tiles import CountOf, Fact, Tile

from .models import Order


def facts(request):
    orders = request.company.orders.order_by()
    in_work = [Order.State.RECEIVED, Order.State.ACCEPTED, Order.State.PARTLY]
    # Only who may decide is told that something waits; one's own order waits for others.
    waiting = orders.filter(state=Order.State.WAITING).exclude(ordered_by=request.user)
    mine = waiting if Right.ACCESS in request.rights else orders.none()
    return {
        "orders_waiting": CountOf(mine.values("pk")[:100]),
        "orders_open": CountOf(orders.filter(state__in=in_work).values("pk")[:100]),
        "orders_all": CountOf(orders.values("pk")[:1000]),
    }


def say(request, row):
    if count := row["orders_waiting"]:
        text = ngettext("%(count)d order waits for approval", "%(count)d orders wait for approval", count)
        return Fact(text % {"count": count}, "wait")
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
