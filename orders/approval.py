"""Orders above a person's limits wait for a licence holder or deputy; what the vendor offers of one, for an answer."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from access.acting import Actor, lock_company
from access.door import why_closed
from access.models import Membership
from access.rights import Right
from accounts.models import Company, User
from portal.lib.tags import money

from .limits import may_say_yes, needs_approval, ordered_this_month
from .models import Order
from .states import OrderRefused, agree, approve, reject, withdraw

__all__ = [
    "answer", "answer_limit", "approver_limit", "approvers", "approvers_of", "decide", "either", "may_answer",
    "may_decide", "needs_approval", "ordered_this_month", "why_approval", "why_not_answered", "why_not_decided",
    "why_waiting",
]  # fmt: skip


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
    return approvers(order.company, order.net, but=[order.ordered_by_id, but])


def approvers(company: Company, net: Decimal, *, but: Iterable[int | None]) -> list[str]:
    """The names of who may approve a sum (euro net) of somebody; but: ids of people who may not."""
    rows = company.memberships.granting().select_related("user").exclude(user__in=[pk for pk in but if pk])
    names = []
    for row in rows:
        row.company = company
        if not needs_approval(row, net):
            names.append(row.user.get_full_name())
    return names


def either(names: Sequence[str], reader: User | None = None) -> str:
    """ "Petra Sonntag oder Deniz Demir", with the reader as "Sie"; a dash for nobody."""
    own = reader.get_full_name() if reader else ""
    said = [name for name in names if name != own]
    return get_text_list([*([_("you")] if own in names else []), *said], _("or")) or "–"


def why_approval(membership: Membership, net: Decimal) -> str:
    """Which limit a sum (euro net) is above, in a sentence, or "" where the person may order it alone."""
    if not needs_approval(membership, net):
        return ""
    limit = membership.order_limit
    if limit is not None and net > limit:
        return _("Above your limit of %(limit)s net per order.") % {"limit": money(limit)}
    return _("Above your limit of %(limit)s net per calendar month.") % {"limit": money(membership.order_limit_month)}


def why_waiting(order: Order) -> str:
    """For who decides: which limit of the orderer the order is above, in a sentence; "" where it is none today."""
    row = order.company.memberships.filter(user=order.ordered_by_id).select_related("user").first()
    if row is None:
        return ""
    limit, month = row.order_limit, row.order_limit_month
    if limit is not None and order.net > limit:
        return _("Above the limit of %(limit)s net per order.") % {"limit": money(limit)}
    if month is not None:
        return _("Above the limit of %(limit)s net per calendar month.") % {"limit": money(month)}
    return ""


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


def why_not_answered(order: Order, membership: Membership) -> str:
    """Why a person cannot answer the vendor's offer of a part, in a sentence, or ""."""
    if not order.is_offered:
        return _("This order does not wait for an answer any more.")
    is_own = order.ordered_by_id == membership.user_id and membership.may(Right.SHOP)
    if is_own or membership.may(Right.ACCESS):
        return ""
    return _("Only who ordered, or who may approve orders, can answer.")


def may_answer(order: Order, membership: Membership) -> bool:
    """Whether a person may agree to or withdraw what the vendor offers: who ordered, holders and deputies."""
    return not why_not_answered(order, membership)


def answer_limit(order: Order, membership: Membership) -> str:
    """Why who may answer can only withdraw, or "": saying yes is spending."""
    return "" if may_say_yes(order, membership) else _("This sum is above your own order limit.")


@transaction.atomic
def answer(order: Order, membership: Membership, *, agrees: bool, reason: str = "") -> Order:
    """Say yes to what the vendor offers of an order, or withdraw the order.

    Who ordered, licence holders and deputies, as they are now and not when the mail was sent. Raises Refused.
    """
    company = lock_company(membership.company_id)
    actor = company.memberships.select_related("user").filter(pk=membership.pk).first()
    if actor is not None:
        actor.company = company
    if actor is None or why_closed(actor):
        raise OrderRefused(_("You no longer have access to this company."))
    order = company.orders.select_for_update().get(pk=order.pk)
    if refusal := why_not_answered(order, actor) or (agrees and answer_limit(order, actor)):
        raise OrderRefused(refusal)
    return (agree if agrees else withdraw)(order, by=actor.user, reason=reason)
