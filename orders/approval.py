"""Orders above a person's limits wait for a licence holder or deputy."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from access.services import AccessRefused, entered
from portal.lib.days import today

from .models import Order
from .states import OrderRefused, approve, reject


def needs_approval(membership, net):
    """Whether a sum (euro net) is above what the person may order alone, by order or by calendar month.

    Licence holders have no limit.
    """
    if membership.is_holder:
        return False
    if membership.order_limit is not None and net > membership.order_limit:
        return True
    limit = membership.order_limit_month
    return limit is not None and ordered_this_month(membership) + net > limit


def ordered_this_month(membership):
    """What the person has ordered there since the first of the month in Berlin, euro net, without cancelled."""
    first = timezone.make_aware(datetime.combine(today().replace(day=1), datetime.min.time()))
    orders = membership.company.orders.filter(ordered_by=membership.user_id, placed_at__gte=first)
    return orders.exclude(state=Order.State.CANCELLED).aggregate(sum=Sum("net", default=0))["sum"]


@transaction.atomic
def decide(order, membership, *, approves, reason=""):
    """Approve or reject an order that waits.

    Licence holders and deputies only, as they are now and not when the mail was sent, and never one's own order.
    Raises OrderRefused.
    """
    try:
        membership = entered(membership)
    except AccessRefused as refusal:
        raise OrderRefused(str(refusal)) from refusal
    if order.ordered_by_id == membership.user_id:
        raise OrderRefused(_("Nobody approves their own order."))
    return (approve if approves else reject)(order, by=membership.user, reason=reason)
