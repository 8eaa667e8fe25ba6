"""Orders above a person's limits wait for a licence holder or deputy."""

from django.db import transaction
from django.utils.translation import gettext as _

from access.acting import Actor
from access.models import Membership
from access.rights import Right

from .limits import needs_approval, ordered_this_month
from .models import Order
from .states import OrderRefused, approve, reject

__all__ = ["approver_limit", "decide", "may_decide", "needs_approval", "ordered_this_month", "why_not_decided"]


def why_not_decided(order: Order, membership: Membership) -> str:
    """Why a person cannot decide an order, in a sentence, or ""."""
    if order.state != Order.State.WAITING:
        return _("This order does not wait for approval any more.")
    if order.ordered_by_id == membership.user_id:
        return _("Nobody approves their own order.")
    return "" if membership.may(Right.ACCESS) else _("You may no longer manage access at this company.")


def may_decide(order: Order, membership: Membership) -> bool:
    """Whether a person may approve or reject an order: holders and deputies, while it waits, never their own."""
    return not why_not_decided(order, membership)


def approver_limit(order: Order, membership: Membership) -> str:
    """Why who may decide can only reject, or "": nobody lets others order what they could not order themselves."""
    if needs_approval(membership, order.net):
        return _("This sum is above your own order limit. A licence holder has to approve it.")
    return ""


@transaction.atomic
def decide(order: Order, membership: Membership, *, approves: bool, reason: str = "") -> Order:
    """Approve or reject an order that waits.

    Licence holders and deputies only, as they are now and not when the mail was sent, never one's own order, and no
    sum above one's own limits. Raises Refused.
    """
    membership = Actor.member(membership).enter().membership or membership
    order = membership.company.orders.select_for_update().get(pk=order.pk)
    refusal = why_not_decided(order, membership) or (approves and approver_limit(order, membership))
    if refusal:
        raise OrderRefused(refusal)
    return (approve if approves else reject)(order, by=membership.user, reason=reason)
