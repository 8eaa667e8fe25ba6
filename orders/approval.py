"""Orders above a person's limits wait for a licence holder or deputy."""

from django.db import transaction
from django.utils.translation import gettext as _

from access.models import Membership
from access.rights import Right
from access.switches import entered

from .limits import needs_approval, ordered_this_month
from .models import Order
from .states import OrderRefused, approve, reject

__all__ = ["approver_limit", "decide", "may_decide", "needs_approval", "ordered_this_month", "why_not_decided"]


def why_not_decided(order: Order, membership: Membership) -> str:
    """Why a person cannot decide an order, in a sentence, or ""."""
    if order.state != Order.State.WAITING:
        return _("This order does not wait for approval any more.")
    if order.ordered_by_id == membership.user_id:
        names = ", ".join(approvers_of(order, but=membership.user_id)) or "–"
        return _("You cannot approve your own order. That can: %(names)s.") % {"names": names}
    return "" if membership.may(Right.ACCESS) else _("You may no longer manage access at this company.")


def approvers_of(order: Order, *, but: int | None = None) -> list[str]:
    """The names of who may approve this order: those who may grant access and may order such a sum themselves."""
    rows = order.company.memberships.granting().select_related("user").exclude(user=order.ordered_by)
    names = []
    for row in rows:
        row.company = order.company
        if row.user_id != but and not needs_approval(row, order.net):
            names.append(row.user.get_full_name())
    return names


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
    membership = entered(membership)
    order = membership.company.orders.select_for_update().get(pk=order.pk)
    refusal = why_not_decided(order, membership) or (approves and approver_limit(order, membership))
    if refusal:
        raise OrderRefused(refusal)
    return (approve if approves else reject)(order, by=membership.user, reason=reason)
