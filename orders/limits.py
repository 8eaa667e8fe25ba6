"""What a person may order alone, by order and by calendar month."""

from datetime import datetime
from decimal import Decimal

from django.db.models import OuterRef, Q, Subquery, Sum
from django.utils import timezone

from access.models import Membership
from portal.lib.days import today

from .models import Order, OrderEvent


def needs_approval(membership: Membership, net: Decimal) -> bool:
    """Whether a sum (euro net) is above what the person may order alone, by order or by calendar month.

    Licence holders have no limit.
    """
    if membership.is_holder:
        return False
    if membership.order_limit is not None and net > membership.order_limit:
        return True
    limit = membership.order_limit_month
    return limit is not None and ordered_this_month(membership) + net > limit


def ordered_this_month(membership: Membership) -> Decimal:
    """What the person has ordered there, and let others order, since the first of the month in Berlin, euro net.

    Cancelled orders do not count. Approving is spending: else a second mailbox would double a limit.
    """
    first = timezone.make_aware(datetime.combine(today().replace(day=1), datetime.min.time()))
    # Who let an order through to the vendor wrote its first "received": its orderer, where nobody had to approve.
    let = OrderEvent.objects.filter(order=OuterRef("pk"), state=Order.State.RECEIVED).order_by("pk")
    orders = membership.company.orders.exclude(state=Order.State.CANCELLED)
    orders = orders.annotate(let_by=Subquery(let.values("by")[:1]), let_at=Subquery(let.values("at")[:1]))
    person = membership.user_id
    mine = orders.filter(Q(ordered_by=person, placed_at__gte=first) | Q(let_by=person, let_at__gte=first))
    return mine.aggregate(sum=Sum("net", default=0))["sum"]
