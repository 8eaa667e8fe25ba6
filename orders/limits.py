"""What a person may order alone, by order and by calendar month."""

from datetime import datetime
from decimal import Decimal

from django.db.models import OuterRef, Q, Subquery, Sum
from django.utils import timezone

from access.models import Membership
from access.rights import Right
from portal.lib.days import today

from .models import COUNTED_NET, Order, OrderEvent


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

    Cancelled orders and declined lines do not count. Approving is spending: else a second mailbox would double a limit.
    """
    first = timezone.make_aware(datetime.combine(today().replace(day=1), datetime.min.time()))
    # Who let an order through to the vendor wrote its first "received": its orderer, where nobody had to approve.
    let = OrderEvent.objects.filter(order=OuterRef("pk"), state=Order.State.RECEIVED).order_by("pk")
    orders = membership.company.orders.exclude(state=Order.State.CANCELLED)
    orders = orders.annotate(let_by=Subquery(let.values("by")[:1]), let_at=Subquery(let.values("at")[:1]))
    person = membership.user_id
    mine = orders.filter(Q(ordered_by=person, placed_at__gte=first) | Q(let_by=person, let_at__gte=first))
    return mine.aggregate(sum=Sum(COUNTED_NET, default=0))["sum"]


def approved(order: Order, membership: Membership) -> bool:
    """Whether this person let the order through to the vendor; then its sum counts into their month already."""
    let = order.events.filter(state=Order.State.RECEIVED).order_by("pk").first()
    return let is not None and let.by_id == membership.user_id


def may_say_yes(order: Order, membership: Membership) -> bool:
    """Whether the person may spend what an order counts for; who ordered it or let it through has done so already."""
    if membership.user_id == order.ordered_by_id or approved(order, membership):
        return True
    return not needs_approval(membership, order.counted_net)


def answerers(order: Order) -> list[Membership]:
    """Who is asked about the vendor's offer: who ordered, while the page opens for them, else who may approve."""
    people = order.company.memberships.open().select_related("user")
    own = [row for row in people.filter(user=order.ordered_by_id) if row.may(Right.SHOP) or row.may(Right.ACCESS)]
    rows = own or order.company.memberships.granting().select_related("user")
    for row in rows:
        row.company = order.company
    return [row for row in rows if may_say_yes(order, row)]
