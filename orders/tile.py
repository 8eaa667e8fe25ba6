from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from access.rights import Right
from portal.lib.tiles import CountOf, Fact, Tile

from .models import Order


def facts(request):
    orders = request.company.orders.order_by()
    in_work = [Order.State.RECEIVED, Order.State.OFFERED, Order.State.ACCEPTED, Order.State.PARTLY]
    # Only who may decide is told that something waits; one's own order waits for others.
    mine = orders.waiting_for(request.user) if Right.ACCESS in request.rights else orders.none()
    shown = orders if Right.SHOP in request.rights else orders.none()
    asked = orders if Right.ACCESS in request.rights else shown.filter(ordered_by=request.user)
    return {
        "orders_offered": CountOf(asked.offered().values("pk")[:100]),
        "orders_waiting": CountOf(mine.values("pk")[:100]),
        "orders_open": CountOf(shown.filter(state__in=in_work).values("pk")[:100]),
        "orders_all": CountOf(shown.values("pk")[:1000]),
    }


def say(request, row):
    if count := row["orders_offered"]:
        text = ngettext("%(count)d order waits for your answer", "%(count)d orders wait for your answer", count)
        return Fact(text % {"count": count}, "wait")
    if count := row["orders_waiting"]:
        text = ngettext("%(count)d order waits for approval", "%(count)d orders wait for approval", count)
        return Fact(text % {"count": count}, "wait")
    if Right.SHOP not in request.rights:
        return Fact(gettext("Nothing waits for your approval"))
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
    also=Right.ACCESS,
    facts=facts,
    say=say,
)
